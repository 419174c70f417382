// Tells before the session ends for want of use, and keeps it on request.

const WARN_SECONDS = 300;
const place = document.querySelector("[data-session]");
let timer;
let end;

/** Shows a sentence, with a button where there is something to do. */
function show(sentence, button) {
  place.replaceChildren(sentence, ...(button ? [" ", button] : []));
}

/** Waits for the last minutes of a session that lasts `seconds` from now. */
function schedule(seconds) {
  clearTimeout(timer);
  end = Date.now() + seconds * 1000;
  timer = setTimeout(warn, Math.max(0, seconds - WARN_SECONDS) * 1000);
}

function warn() {
  const minutes = Math.ceil((end - Date.now()) / 60_000);
  if (minutes <= 0) return ended();
  show(`You will be signed out in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`, stayButton());
  timer = setTimeout(ended, end - Date.now());
}

function ended() {
  clearTimeout(timer);
  show("Your session has ended. Sign in again to go on.");
}

function stayButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = "Stay signed in";
  let before = document.querySelector("main");
  button.addEventListener("focus", (event) => { before = event.relatedTarget ?? before; });
  button.addEventListener("click", () => stay(before));
  return button;
}

/** Uses the session; the focus goes back to where it was, for the button goes away. */
async function stay(before) {
  const answer = await fetch("/session", { method: "POST", redirect: "manual" }).catch(() => undefined);
  if (!answer) return; // no network: the button stays, to be pressed again
  before.focus({ preventScroll: true });
  if (!answer.ok) return ended();
  const seconds = Number(await answer.text());
  if (seconds > WARN_SECONDS) {
    show("You stay signed in.");
    return schedule(seconds);
  }
  end = Date.now() + seconds * 1000;
  show("Your session has lasted its 12 hours. Save what you typed, and sign in again.");
}

if (place) schedule(Number(document.body.dataset.sessionSeconds));
