/*
 * The wallet that the demo brings along. It announces itself as any extension does (EIP-6963) and is chosen like one.
 *
 * Its keys are worth nothing: those of the demo cast are keccak256("metya demo cast <handle>"), which everybody knows and
 * which the server refuses outside demo mode; those of new members are random and stay in this browser.
 */
import { keccak256, publicKey, randomKey, sign } from "../vendor/noble-secp256k1-2.3.0.min.js"

const words = document.getElementById("demo-wallet-words").dataset
const CAST = JSON.parse(document.getElementById("demo-cast").textContent)
const CHAIN = BigInt(words.chain)
const bytes = (text) => new TextEncoder().encode(text)
const toHex = (raw) => "0x" + [...raw].map((b) => b.toString(16).padStart(2, "0")).join("")
const fromHex = (text) => Uint8Array.from((text.slice(2).length % 2 ? "0" + text.slice(2) : text.slice(2)).match(/../g) ?? [], (b) => parseInt(b, 16))
const refusal = (code, message) => Object.assign(new Error(message), { code })

/* --- keys --------------------------------------------------------------------------------------------------------- */

const KEYS = "metya-demo-keys"
const ACTIVE = "metya-demo-accounts"
const addressOf = (key) => toHex(keccak256(publicKey(key).slice(1)).slice(-20))
const stored = () => JSON.parse(localStorage.getItem(KEYS) ?? "[]")

function people() {
  const cast = CAST.map(({ handle, name, role }) => ({ handle, label: `${name}, ${role}`, key: keccak256(bytes(`metya demo cast ${handle}`)) }))
  const own = stored().map((text, n) => ({ handle: `new-${n}`, label: `${words.own} ${n + 1}`, key: fromHex(text) }))
  return [...own, ...cast].map((person) => ({ ...person, address: addressOf(person.key) }))
}

function makeNew() {
  localStorage.setItem(KEYS, JSON.stringify([...stored(), toHex(randomKey())]))
  return people()[stored().length - 1]
}

/* The accounts that this site may see, the one picked last first: as an extension remembers them. */
const allowed = () => {
  const picked = JSON.parse(localStorage.getItem(ACTIVE) ?? "[]")
  const known = new Set(people().map((person) => person.address))
  return picked.filter((address) => known.has(address))
}

function use(person) {
  const others = allowed().filter((address) => address !== person.address)
  localStorage.setItem(ACTIVE, JSON.stringify([person.address, ...others].slice(0, 5)))
  return person
}

function keyOf(address) {
  const person = people().find((one) => one.address === String(address).toLowerCase())
  if (!person) throw refusal(4100, words.unknown)
  return person.key
}

/* --- dialogs ------------------------------------------------------------------------------------------------------- */

function element(name, text, css) {
  const made = document.createElement(name)
  if (text) made.textContent = text
  if (css) made.className = css
  return made
}

/* Shows a dialog with what `build(close)` returns; gives what was closed with, or throws 4001 when it was dismissed. */
function ask(title, build) {
  return new Promise((resolve, reject) => {
    const dialog = element("dialog")
    dialog.dataset.demoWallet = ""
    const heading = element("h2", title)
    heading.id = "demo-wallet-title"
    dialog.setAttribute("aria-labelledby", heading.id)
    let answer
    const close = (value) => {
      answer = value
      dialog.close()
    }
    dialog.append(heading, ...build(close))
    dialog.addEventListener("close", () => {
      dialog.remove()
      if (answer === undefined) reject(refusal(4001, words.rejected))
      else resolve(answer)
    })
    document.body.append(dialog)
    dialog.showModal()
  })
}

function press(text, css, pressed) {
  const made = element("button", text, css)
  made.type = "button"
  made.addEventListener("click", pressed)
  return made
}

const pick = () =>
  ask(words.pickTitle, (close) => {
    const rows = element("ul", "", "plain stack")
    const row = (made) => {
      const item = element("li")
      item.append(made)
      rows.append(item)
    }
    row(press(words.fresh, "btn block", () => close(makeNew())))
    for (const person of people()) row(press(person.label, "btn quiet block", () => close(person)))
    const leave = element("div", "", "actions")
    leave.append(press(words.cancel, "btn quiet", () => close(undefined)))
    return [element("p", words.pickHelp, "meta"), rows, leave]
  }).then(use)

const agree = (title, text, verb) =>
  ask(title, (close) => {
    const actions = element("div", "", "actions")
    actions.append(press(verb, "btn", () => close(true)), press(words.reject, "btn quiet", () => close(undefined)))
    return [element("pre", text, "wrap"), actions]
  })

/* --- signing --------------------------------------------------------------------------------------------------------- */

let quiet = false // a press on "Sign in as …" is consent enough

async function personalSign([data, address]) {
  const key = keyOf(address)
  const message = fromHex(data)
  if (!quiet) await agree(words.signTitle, new TextDecoder().decode(message), words.sign)
  const prefixed = new Uint8Array([...bytes(`\x19Ethereum Signed Message:\n${message.length}`), ...message])
  const made = sign(keccak256(prefixed), key)
  return toHex(made.toCompactRawBytes()) + (27 + made.recovery).toString(16)
}

function rlp(item) {
  const head = (length, low) => {
    if (length < 56) return [low + length]
    const size = fromHex("0x" + length.toString(16))
    return [low + 55 + size.length, ...size]
  }
  if (Array.isArray(item)) {
    const body = item.flatMap((part) => [...rlp(part)])
    return Uint8Array.from([...head(body.length, 0xc0), ...body])
  }
  const raw = typeof item === "bigint" ? (item ? fromHex("0x" + item.toString(16)) : new Uint8Array()) : item
  return raw.length === 1 && raw[0] < 0x80 ? raw : Uint8Array.from([...head(raw.length, 0x80), ...raw])
}

async function chain(method, params = []) {
  const response = await fetch(words.rpc, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": document.getElementById("wallet-words").dataset.token },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  })
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) throw refusal(-32603, answer.message ?? words.failed)
  if (answer.error) throw refusal(answer.error.code, answer.error.message)
  return answer.result
}

async function sendTransaction([asked]) {
  const key = keyOf(asked.from)
  const [nonce, price] = [await chain("eth_getTransactionCount", [asked.from, "pending"]), await chain("eth_gasPrice")]
  const call = { from: asked.from, to: asked.to, data: asked.data ?? "0x", value: asked.value ?? "0x0" }
  const gas = asked.gas ?? toHexNumber((BigInt(await chain("eth_estimateGas", [call])) * 5n) / 4n)
  await agree(words.sendTitle, `${words.to} ${call.to}\n${words.data} ${call.data.slice(0, 74)}…`, words.send)
  const tip = 10n ** 9n
  const fields = [CHAIN, BigInt(nonce), tip, BigInt(price) * 2n + tip, BigInt(gas), fromHex(call.to), BigInt(call.value), fromHex(call.data), []]
  const made = sign(keccak256(Uint8Array.from([2, ...rlp(fields)])), key)
  const signed = rlp([...fields, BigInt(made.recovery), made.r, made.s])
  return chain("eth_sendRawTransaction", [toHex(Uint8Array.from([2, ...signed]))])
}

const toHexNumber = (number) => "0x" + number.toString(16)

/* --- the provider ----------------------------------------------------------------------------------------------------- */

const methods = {
  eth_chainId: () => toHexNumber(CHAIN),
  net_version: () => String(CHAIN),
  eth_accounts: allowed,
  eth_requestAccounts: async () => (allowed().length || (await pick()), allowed()),
  wallet_requestPermissions: async () => [{ parentCapability: "eth_accounts", address: (await pick()).address }],
  wallet_switchEthereumChain: ([{ chainId }]) => {
    if (BigInt(chainId) !== CHAIN) throw refusal(4902, words.otherChain)
    return null
  },
  personal_sign: personalSign,
  eth_sendTransaction: sendTransaction,
}
const provider = Object.freeze({
  async request({ method, params = [] }) {
    if (methods[method]) return methods[method](params)
    if (/^eth_/.test(method)) return chain(method, params)
    throw refusal(4200, words.unsupported)
  },
  on() {},
  removeListener() {},
})
const ICON =
  "data:image/svg+xml," +
  encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#3d63b8" stroke-width="2"><rect x="3" y="6" width="18" height="13" rx="3"/><path d="M16 12.5h2"/></svg>')
const info = Object.freeze({ uuid: "3f6d1c62-7b1e-4b53-9a52-6d657479610a", name: words.name, icon: ICON, rdns: "demo.metya" })
const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }))
addEventListener("eip6963:requestProvider", announce)
announce()

/* "Sign in as Mona, moderator": one press. */
for (const shortcut of document.querySelectorAll("[data-demo-as]")) {
  shortcut.addEventListener("click", async () => {
    const handle = shortcut.dataset.demoAs
    use(handle === "new" ? makeNew() : people().find((person) => person.handle === handle))
    quiet = true
    try {
      await window.metyaWallet.start(shortcut.closest("[data-wallet]"), { info, provider })
    } finally {
      quiet = false
    }
  })
}
