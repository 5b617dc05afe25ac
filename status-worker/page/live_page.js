// Renews the page without loading it again. The server renders; what is here only carries its parts over,
// shows times as the visitor's clock has them, and says what is under the pointer.

const PERIOD_MS = 10_000;
const DEADLINE_MS = 8_000;

const pulse = document.getElementById("pulse");
const readout = document.getElementById("readout");
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
/** The parts as the server gave them last, by name: what is shown has other times. */
const served = new Map();

for (const part of document.querySelectorAll("[data-part]")) {
  served.set(part.dataset.part, part.innerHTML);
}
localise(document);
const readoutText = readout.textContent;
showPulse(true);
document.addEventListener("pointerover", ({ target }) => showColumn(target));
document.addEventListener("pointerdown", ({ target }) => showColumn(target));
// A page that is looked at again is brought up to date at once; one that is not looked at rests.
document.addEventListener("visibilitychange", renew);
setInterval(renew, PERIOD_MS);

async function renew() {
  if (document.hidden) return;
  try {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const response = await fetch(location.href, { cache: "no-cache", signal });
    if (!response.ok) throw new Error(`The server says ${response.status}`);
    carryOver(new DOMParser().parseFromString(await response.text(), "text/html"));
    showPulse(true);
  } catch {
    // It is tried again; until then the visitor sees that what stands here may be old.
    showPulse(false);
  }
}

function carryOver(next) {
  document.title = next.title;
  for (const part of document.querySelectorAll("[data-part]")) {
    const name = part.dataset.part;
    const incoming = next.querySelector(`[data-part="${name}"]`);
    if (incoming === null || incoming.innerHTML === served.get(name)) continue;
    served.set(name, incoming.innerHTML);
    part.replaceChildren(...incoming.childNodes);
    localise(part);
  }
}

function localise(root) {
  for (const time of root.querySelectorAll("time[data-clock]")) {
    time.textContent = clock.format(new Date(time.dateTime));
  }
  for (const zone of root.querySelectorAll("[data-zone]")) zone.textContent = "your time";
}

function showPulse(isLive) {
  pulse.hidden = false;
  pulse.classList.toggle("lost", !isLive);
  pulse.textContent = isLive ? "Live" : "Not live: the server does not answer";
}

function showColumn(target) {
  const { at, words } = target instanceof SVGElement ? target.dataset : {};
  readout.textContent = at === undefined
    ? readoutText
    : `${clock.format(new Date(Number(at) * 1_000))}: ${words}`;
}
