#!/usr/bin/env bash
# Makes sure that there is a Chromium for the browser tests; fails, with one line, when it cannot.
set -eu
there() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}
if there; then exit 0; fi
if command -v apt-get >/dev/null; then
  echo "metya: installing Chromium for the browser tests (once) …"
  sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  $sudo apt-get update -qq >/dev/null 2>&1 || true
  # The one without windows is lighter; not every release has it.
  for package in chromium-headless-shell chromium; do
    if $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null 2>&1 && there; then exit 0; fi
  done
fi
echo "metya: the browser tests need Chromium and it could not be installed; install it and run again." >&2
exit 1
