// Compiles the contracts with solc-js, byte for byte reproducible.
//   node compile.mjs          writes artifacts/
//   node compile.mjs --check  compiles again and compares with artifacts/; exit 1 when anything differs
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const here = dirname(fileURLToPath(import.meta.url));
const artifacts = join(here, "artifacts");
const contracts = ["MetyaToken", "MetyaDistributor"];

function read(unit) {
  const folder = unit.startsWith("@") ? "node_modules" : ".";
  return readFileSync(join(here, folder, unit), "utf8").replaceAll("\r\n", "\n");
}

// Every source unit that the own sources reach, so that the standard-JSON input is complete without node_modules.
function collect(units, sources = {}) {
  for (const unit of units) {
    if (unit in sources) continue;
    sources[unit] = { content: read(unit) };
    const imports = [...sources[unit].content.matchAll(/^import\s[^;"]*"([^"]+)";/gm)].map((match) => match[1]);
    collect(imports.map((path) => (path.startsWith(".") ? posix.join(posix.dirname(unit), path) : path)), sources);
  }
  return sources;
}

function standardInput() {
  const own = readdirSync(join(here, "src")).filter((name) => name.endsWith(".sol")).map((name) => `src/${name}`);
  const sources = collect(own.sort());
  return {
    language: "Solidity",
    sources: Object.fromEntries(Object.entries(sources).sort(([a], [b]) => (a < b ? -1 : 1))),
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 10000 },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
    },
  };
}

function compile(input) {
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const messages = (output.errors ?? []).map((error) => error.formattedMessage);
  if (messages.length) {
    console.error(messages.join("\n"));
    process.exit(1);
  }
  const files = { "standard-input.json": input };
  for (const name of contracts) {
    const { abi, evm } = output.contracts[`src/${name}.sol`][name];
    files[`${name}.json`] = {
      contract: name,
      compiler: solc.version(),
      abi,
      bytecode: `0x${evm.bytecode.object}`,
      deployedBytecode: `0x${evm.deployedBytecode.object}`,
    };
  }
  return Object.fromEntries(Object.entries(files).map(([name, value]) => [name, `${JSON.stringify(value, null, 1)}\n`]));
}

function committed(name) {
  try {
    return readFileSync(join(artifacts, name), "utf8").replaceAll("\r\n", "\n");
  } catch {
    return null;
  }
}

const files = compile(standardInput());
if (process.argv.includes("--check")) {
  const differing = Object.keys(files).filter((name) => committed(name) !== files[name]);
  for (const name of differing) console.error(`artifacts/${name} does not match the sources; run: npm run build`);
  if (differing.length) process.exit(1);
  console.log(`${Object.keys(files).length} artifacts match the sources (solc ${solc.version()})`);
} else {
  mkdirSync(artifacts, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(artifacts, name), text);
  console.log(`wrote ${Object.keys(files).join(", ")} (solc ${solc.version()})`);
}
