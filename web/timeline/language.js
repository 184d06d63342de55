// What the pack's own widgets say, in the user's language: a part of locales/<language>/main.json each.

import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";

let texts = {};
let loading;

export function loadWords() {
  loading ??= api.fetchApi("/i18n").then(async (answer) => (texts = answer.ok ? await answer.json() : {}));
  return loading;
}

/** What says the text of a key of this part with its {names} filled in; English where a language has none. */
export function words(part) {
  return (key, values = {}) => {
    const language = app.ui?.settings?.getSettingValue?.("Comfy.Locale") ?? "en";
    const of = (name) => texts[name]?.[part]?.[key];
    const text = of(language) ?? of(language.split("-")[0]) ?? of("en") ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
}
