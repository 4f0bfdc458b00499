// @ts-check
/** Keeps a page up to date: what is marked with `data-live` is replaced by what the server makes of it now. */

const everyMs = 15_000;

/** A part that somebody is in stays as it is: the focus would be lost. */
const isInUse = (/** @type {Element} */ part) => part.contains(document.activeElement);

const replaceParts = (/** @type {Document} */ fresh) => {
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.querySelector(`[data-live="${part.getAttribute('data-live')}"]`);
    if (next !== null && next.innerHTML !== part.innerHTML && !isInUse(part)) part.replaceWith(next);
  }
};

const reload = async () => {
  if (document.visibilityState === 'hidden') return;
  const response = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
  document.body.classList.toggle('offline', response?.ok !== true);
  if (response?.ok === true) replaceParts(new DOMParser().parseFromString(await response.text(), 'text/html'));
};

const source = document.querySelector('[data-events]')?.getAttribute('data-events');

if (source) {
  const events = new EventSource(source);
  events.addEventListener('open', () => document.body.classList.remove('offline'));
  events.addEventListener('error', () => document.body.classList.add('offline'));
  events.addEventListener('pipeline', ({ data }) => replaceParts(new DOMParser().parseFromString(data, 'text/html')));
} else if (document.querySelector('[data-live]') !== null) {
  setInterval(() => void reload(), everyMs);
  document.addEventListener('visibilitychange', () => void reload());
}
