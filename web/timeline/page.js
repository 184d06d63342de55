// Small helpers to build the page.

/** An element with a class, attributes (null is left out) and children. */
export function make(tag, name, attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const ICONS = {
  play: '<path class="solid" d="M5 3.2v9.6l8-4.8z"/>',
  stop: '<rect class="solid" x="4" y="4" width="8" height="8" rx="1"/>',
  only: '<path d="M3 3v10M13 3v10"/><path class="solid" d="M6 5v6l5-3z"/>',
  loop: '<path d="M4.5 5h6a3 3 0 0 1 0 6.5H5.5M6.8 2.8 4.4 5l2.4 2.2M7.4 9.3l-2.2 2.2 2.2 2.2"/>',
  closer: '<circle cx="7" cy="7" r="4.2"/><path d="M10.2 10.2 13.5 13.5M7 5.2v3.6M5.2 7h3.6"/>',
  wider: '<circle cx="7" cy="7" r="4.2"/><path d="M10.2 10.2 13.5 13.5M5.2 7h3.6"/>',
  snap: '<path d="M3.5 3v4.5a4.5 4.5 0 0 0 9 0V3M3.5 5.5h2.6V3M12.5 5.5H9.9V3M6.1 5.5v2a1.9 1.9 0 0 0 3.8 0v-2"/>',
  linked: '<path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l.9-.9"/>',
  mel: '<path d="M3 13V9M5.5 13V4M8 13V7M10.5 13V2.5M13 13V8"/>',
  undo: '<path d="M5.5 3 2.8 5.7l2.7 2.7M2.8 5.7h6.4a3.6 3.6 0 0 1 0 7.2H6"/>',
  redo: '<path d="m10.5 3 2.7 2.7-2.7 2.7M13.2 5.7H6.8a3.6 3.6 0 0 0 0 7.2H10"/>',
  remove: '<path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5 5.2 13h5.6l.7-8.5"/>',
  fit: '<path d="M2 3v10M14 3v10M4.5 8h7M6.3 6 4.3 8l2 2M9.7 6l2 2-2 2"/>',
};

/** A button of the bar: a picture, and words for those who hover or listen. */
export function button(icon, label, pressed = null) {
  const made = make("button", icon, { type: "button", "aria-pressed": pressed });
  picture(made, icon, label);
  return made;
}

export function picture(element, icon, label) {
  element.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true">${ICONS[icon]}</svg>`;
  element.title = label;
  element.setAttribute("aria-label", label);
}
