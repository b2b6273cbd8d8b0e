/*
 * Wallets in the browser: EIP-6963 discovery, a chooser, and signatures for signing in, linking, unlinking and confirming.
 *
 * In a page (with {% include "wallets/_script.html" %}):
 *
 *   <div data-wallet="sign-in|link|unlink|confirm" data-subject="…" data-next="/path" data-addresses="0x… 0x…">
 *     <button data-wallet-start>…</button>      (absent: the chooser shows at once)
 *     <p data-wallet-say role="status" hidden></p>
 *     <ul data-wallet-list></ul>
 *   </div>
 *
 * For other scripts (sending a claim, say), as window.metyaWallet:
 *
 *   providers()                 what was found so far: [{info: {name, icon, uuid, rdns}, provider}]
 *   choose(box)                 → {info, provider}: the only one at once, else the one that is pressed in box's [data-wallet-list]
 *   account(provider, wanted)   → address: the first account, or one of the lower-case addresses in the array `wanted`
 *   onChain(provider, chainId)  → resolves when the wallet is on that chain; asks it to switch
 *   say(box, text, mood)        shows text in box's [data-wallet-say]; mood "" or "bad"
 *   explain(error)              → a sentence for what a wallet or the server threw
 *   start(box, entry)           runs the box with this {info, provider}
 *
 * and the event "metya:wallets" on document whenever another wallet was found.
 */
(() => {
  "use strict"
  const found = new Map()
  const words = () => document.getElementById("wallet-words").dataset
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
  const short = (address) => `${address.slice(0, 6)}…${address.slice(-4)}`
  const hex = (text) => "0x" + [...new TextEncoder().encode(text)].map((b) => b.toString(16).padStart(2, "0")).join("")

  function add(info, provider) {
    if (!info?.uuid || !provider?.request || found.has(info.uuid)) return
    found.set(info.uuid, { info, provider })
    document.dispatchEvent(new CustomEvent("metya:wallets"))
  }
  addEventListener("eip6963:announceProvider", (event) => add(event.detail?.info, event.detail?.provider))
  const providers = () => [...found.values()]

  function discover() {
    dispatchEvent(new Event("eip6963:requestProvider"))
    setTimeout(() => {
      // Wallets from before EIP-6963 put themselves here.
      if (!found.size && window.ethereum) add({ uuid: "window.ethereum", name: words().browserWallet }, window.ethereum)
      document.dispatchEvent(new CustomEvent("metya:wallets", { detail: { settled: true } }))
    }, 400)
  }

  /* --- what people see ---------------------------------------------------------------------------------------------- */

  function say(box, text, mood = "") {
    const line = box.querySelector("[data-wallet-say]")
    line.textContent = text
    line.hidden = !text
    line.classList.toggle("bad", mood === "bad")
  }

  function explain(error) {
    if (error?.code === 4001 || error?.code === "ACTION_REJECTED") return words().rejected
    if (error?.code === -32002) return words().waiting
    if (error?.code === 4900 || error?.code === 4901) return words().offline
    if (error instanceof TypeError) return words().network
    if (error?.answer?.code === "csrf") return words().stale
    return error?.message ? String(error.message).slice(0, 300) : words().failed
  }

  function button(entry, pressed) {
    const item = document.createElement("li")
    const press = document.createElement("button")
    press.type = "button"
    press.className = "btn quiet block"
    press.dataset.walletChoice = entry.info.uuid
    if (/^data:image\//.test(entry.info.icon ?? "")) {
      const icon = new Image(20, 20)
      icon.src = entry.info.icon
      icon.alt = ""
      press.append(icon)
    }
    press.append(String(entry.info.name ?? words().browserWallet).slice(0, 60))
    press.addEventListener("click", () => pressed(entry))
    item.append(press)
    return item
  }

  function list(box, pressed) {
    const items = box.querySelector("[data-wallet-list]")
    const draw = (event) => {
      // What stands there already stays: it may have the focus, or a finger on it.
      const drawn = new Set([...items.querySelectorAll("button")].map((press) => press.dataset.walletChoice))
      items.append(...providers().filter(({ info }) => !drawn.has(info.uuid)).map((entry) => button(entry, pressed)))
      if (event?.detail?.settled && !found.size) say(box, words().none, "bad")
      else if (found.size && box.querySelector("[data-wallet-say]").textContent === words().none) say(box, "")
    }
    document.addEventListener("metya:wallets", draw)
    draw()
    return () => {
      document.removeEventListener("metya:wallets", draw)
      items.replaceChildren()
    }
  }

  function choose(box) {
    const known = providers()
    if (known.length === 1) return Promise.resolve(known[0])
    if (!known.length) return Promise.reject(new Error(words().none))
    // Now the person is asked, so the box is not busy until they chose.
    box.removeAttribute("aria-busy")
    return new Promise((resolve) => {
      const clear = list(box, (entry) => {
        clear()
        box.setAttribute("aria-busy", "true")
        resolve(entry)
      })
    })
  }

  /* --- asking a wallet ----------------------------------------------------------------------------------------------- */

  async function account(provider, wanted) {
    const among = (accounts) => accounts.find((one) => !wanted || wanted.includes(one.toLowerCase()))
    let mine = await provider.request({ method: "eth_requestAccounts" })
    if (!among(mine)) {
      // The right account may be one that the wallet has not shown us: let the person pick.
      try {
        await provider.request({ method: "wallet_requestPermissions", params: [{ eth_accounts: {} }] })
        mine = await provider.request({ method: "eth_accounts" })
      } catch (error) {
        if (error?.code === 4001) throw error
      }
    }
    const right = among(mine)
    if (right) return right
    throw new Error(wanted ? fill(words().switchAccount, { addresses: wanted.map(short).join(", ") }) : words().noAccount)
  }

  async function onChain(provider, chainId) {
    const asked = "0x" + chainId.toString(16)
    if ((await provider.request({ method: "eth_chainId" })).toLowerCase() === asked) return
    try {
      await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: asked }] })
    } catch (error) {
      throw error?.code === 4001 ? error : new Error(fill(words().switchChain, { chain: chainId }))
    }
  }

  async function post(url, data) {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": words().token },
      body: JSON.stringify(data),
    })
    const answer = await response.json().catch(() => ({}))
    if (!response.ok) throw Object.assign(new Error(answer.message || words().failed), { answer })
    return answer
  }

  async function sign(box, provider, address, purpose, subject, next) {
    const chain_id = parseInt(await provider.request({ method: "eth_chainId" }), 16)
    const asked = { address, chain_id, purpose }
    if (subject) asked.subject = subject
    if (next) asked.next = next
    const { nonce, message } = await post(words().challenge, asked)
    say(box, words().look)
    const signature = await provider.request({ method: "personal_sign", params: [hex(message), address] })
    say(box, words().checking)
    return post(words().verify, { nonce, signature })
  }

  /* --- the four purposes --------------------------------------------------------------------------------------------- */

  const linked = (box) => (box.dataset.addresses ?? "").split(" ").filter(Boolean)

  async function signOnce(box, entry) {
    const purpose = box.dataset.wallet
    const from = purpose === "sign-in" ? undefined : linked(box)
    const address = await account(entry.provider, from)
    return sign(box, entry.provider, address, purpose, box.dataset.subject, box.dataset.next)
  }

  async function link(box, entry) {
    const known = linked(box)
    let address = (await account(entry.provider)).toLowerCase()
    if (known.includes(address)) {
      say(box, words().pickNew)
      await entry.provider.request({ method: "wallet_requestPermissions", params: [{ eth_accounts: {} }] }).catch((error) => {
        if (error?.code === 4001) throw error
      })
      const others = await entry.provider.request({ method: "eth_accounts" })
      address = others.map((one) => one.toLowerCase()).find((one) => !known.includes(one))
      if (!address) throw new Error(words().pickNew)
    }
    say(box, fill(words().linkOld, { address: short(address) }))
    const old = await choose(box)
    await sign(box, old.provider, await account(old.provider, known), "confirm", `link:${address}`)
    say(box, fill(words().linkNew, { address: short(address) }))
    return sign(box, entry.provider, await account(entry.provider, [address]), "link")
  }

  async function start(box, entry) {
    if (box.dataset.busy) return
    box.dataset.busy = "1"
    box.setAttribute("aria-busy", "true")
    say(box, entry || providers().length === 1 ? words().opening : words().choose)
    try {
      const chosen = entry ?? (await choose(box))
      say(box, words().opening)
      const { next } = await (box.dataset.wallet === "link" ? link(box, chosen) : signOnce(box, chosen))
      say(box, words().done)
      location.assign(next)
    } catch (error) {
      say(box, explain(error), "bad")
      box.dispatchEvent(new CustomEvent("metya:refused", { bubbles: true, detail: { error } }))
    } finally {
      delete box.dataset.busy
      box.removeAttribute("aria-busy")
    }
  }

  function ready(box) {
    const begin = box.querySelector("[data-wallet-start]")
    if (begin) begin.addEventListener("click", () => start(box))
    else list(box, (entry) => start(box, entry))
  }

  window.metyaWallet = { providers, choose, account, onChain, say, explain, start, short }
  document.querySelectorAll("[data-wallet]").forEach(ready)
  discover()
})()
