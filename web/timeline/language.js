// The widget's words, in the user's language: the `jamflowTimeline` part of locales/<language>/main.json.

import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";

let texts = {};

export async function loadWords() {
  const answer = await api.fetchApi("/i18n");
  texts = answer.ok ? await answer.json() : {};
}

/** The text of a key with its {names} filled in; English where a language has none. */
export function say(key, values = {}) {
  const language = app.ui?.settings?.getSettingValue?.("Comfy.Locale") ?? "en";
  const of = (name) => texts[name]?.jamflowTimeline?.[key];
  const text = of(language) ?? of(language.split("-")[0]) ?? of("en") ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
