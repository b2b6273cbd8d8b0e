// Compiles one source as SignatureCheck.json says and prints the creation code: compare it with what is committed.
//   npm install solc@0.8.28 && node compile.mjs SignatureCheck.sol
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, join } from "node:path"

const solc = createRequire(join(process.cwd(), "x.js"))("solc")
const path = process.argv[2]
const file = basename(path)
const output = JSON.parse(solc.compile(JSON.stringify({
  language: "Solidity",
  sources: { [file]: { content: readFileSync(path, "utf8") } },
  settings: {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "paris",
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
  },
})))
for (const error of output.errors ?? []) console.error(error.formattedMessage)
for (const [name, contract] of Object.entries(output.contracts[file])) {
  if (contract.evm.bytecode.object) console.log(name, "0x" + contract.evm.bytecode.object)
}
