/* Says in words that a passkey was not given; the ceremony itself is allauth's script. */
"use strict"

document.addEventListener("allauth.error", (event) => {
  const line = document.querySelector("[data-passkey-say]")
  if (!line) return
  event.preventDefault()
  line.textContent = line.dataset.failed
  line.hidden = false
})
