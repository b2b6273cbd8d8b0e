/*
 * Claiming: the server gives the call (data-to, data-call, data-chain), the member's wallet sends it, and the status fragment
 * of the server is shown until the claim is final. The hash is kept for the tab, so that a reload goes on where it was.
 */
(() => {
  "use strict"
  const words = document.getElementById("claim-words").dataset
  // The contract's errors that a member can do something about: EnforcedPause, NothingToClaim, InvalidProof.
  const ERRORS = { d93c0665: "paused", "01ac6c1a": "taken", "09bde339": "newer" }
  const key = (box) => `claim:${box.dataset.account}:${box.dataset.cumulative}`
  const wallet = () => window.metyaWallet

  /* Wallets wrap what the contract says in layers of their own; the error's first four bytes are somewhere in them. */
  function reason(error) {
    const said = `${error?.message} ${JSON.stringify(error?.data ?? "")}`
    const known = Object.keys(ERRORS).find((selector) => said.includes(`0x${selector}`))
    return known ? words[ERRORS[known]] : ""
  }

  /* Asks the contract before the wallet asks its owner; a wallet that cannot tell is no reason to stop. */
  async function refusal(provider, asked) {
    try {
      await provider.request({ method: "eth_call", params: [asked, "latest"] })
      return ""
    } catch (error) {
      return reason(error)
    }
  }

  function follow(box, tx) {
    const place = box.querySelector("[data-claim-status]")
    const { status, account, cumulative } = box.dataset
    const url = `${status}?wallet=${account}&tx=${tx}&cumulative=${cumulative}`
    window.htmx.ajax("GET", url, { target: place, swap: "outerHTML" })
  }

  async function send(box) {
    const { to, call, chain, account } = box.dataset
    wallet().say(box, words.choose)
    const { provider } = await wallet().choose(box)
    wallet().say(box, words.opening)
    const from = await wallet().account(provider, [account])
    wallet().say(box, words.switching)
    await wallet().onChain(provider, Number(chain))
    const asked = { from, to, data: call, value: "0x0" }
    const refused = await refusal(provider, asked)
    if (refused) throw new Error(refused)
    wallet().say(box, words.look)
    const tx = await provider.request({ method: "eth_sendTransaction", params: [asked] })
    if (!/^0x[0-9a-fA-F]{64}$/.test(tx)) throw new Error(words.failed)
    return tx
  }

  async function start(box, button) {
    button.disabled = true
    box.setAttribute("aria-busy", "true")
    try {
      const tx = await send(box)
      sessionStorage.setItem(key(box), tx)
      wallet().say(box, words.sent)
      button.hidden = true
      follow(box, tx)
    } catch (error) {
      wallet().say(box, reason(error) || wallet().explain(error), "bad")
    } finally {
      button.disabled = false
      box.removeAttribute("aria-busy")
    }
  }

  /* The wallet said that its transaction failed: back to the button. A second claim of the same pays nothing twice. */
  function again(box, button) {
    sessionStorage.removeItem(key(box))
    const empty = document.createElement("div")
    empty.dataset.claimStatus = ""
    box.querySelector("[data-claim-status]").replaceWith(empty)
    wallet().say(box, "")
    button.hidden = false
    button.focus()
  }

  for (const box of document.querySelectorAll("[data-claim][data-call]")) {
    const button = box.querySelector("[data-claim-start]")
    const tx = sessionStorage.getItem(key(box))
    if (tx) follow(box, tx)
    button.hidden = Boolean(tx)
    button.addEventListener("click", () => start(box, button))
    box.addEventListener("click", ({ target }) => target.closest("[data-claim-again]") && again(box, button))
  }
})()
