// The style of the widget. Each colour and size is a CSS variable that the page can set; the defaults fit light and dark.
export const style = `
:host {
  --_accent: var(--afterword-accent, light-dark(#23634f, #7cc6a9));
  --_good: var(--afterword-like, light-dark(#1d6a4c, #74c9a2));
  --_bad: var(--afterword-dislike, light-dark(#a53f2b, #f0917b));
  --_text: var(--afterword-text, inherit);
  --_line: var(--afterword-line, color-mix(in srgb, currentColor 35%, transparent));
  --_surface: var(--afterword-surface, transparent);
  --_radius: var(--afterword-radius, 8px);
  --_size: var(--afterword-font-size, 0.875rem);
  display: block;
  color: var(--_text);
  font-family: var(--afterword-font, inherit);
  font-size: var(--_size);
  line-height: 1.4;
}
:host([hidden]) { display: none; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem; }
button, textarea { font: inherit; color: inherit; border-radius: var(--_radius); }
button { cursor: pointer; border: 1px solid transparent; background: transparent; padding: 0.35rem; line-height: 0; }
button:hover { background: color-mix(in srgb, currentColor 9%, transparent); }
button svg { width: 1.15em; height: 1.15em; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.like[aria-pressed="true"] { color: var(--_good); }
.dislike[aria-pressed="true"] { color: var(--_bad); }
:is(.like, .dislike)[aria-pressed="true"] { background: color-mix(in srgb, currentColor 14%, transparent); }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
form { display: grid; gap: 0.5rem; margin-top: 0.5rem; padding: 0.75rem; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface); }
form[hidden] { display: none; }
fieldset { display: flex; flex-wrap: wrap; gap: 0.375rem; margin: 0; padding: 0; border: 0; min-width: 0; }
.tag, .save { padding: 0.3rem 0.75rem; line-height: 1.4; border-color: var(--_line); }
.tag[aria-pressed="true"] { border-color: var(--_accent); color: var(--_accent); background: color-mix(in srgb, var(--_accent) 12%, transparent); }
.save { justify-self: start; border-color: transparent; background: var(--_accent); color: var(--afterword-on-accent, light-dark(#fff, #0e1f18)); font-weight: 600; }
.save:hover { background: color-mix(in srgb, var(--_accent) 88%, currentColor); }
textarea { width: 100%; min-height: 4rem; box-sizing: border-box; padding: 0.5rem; border: 1px solid var(--_line); background: transparent; resize: vertical; }
textarea::placeholder { color: inherit; opacity: 0.75; }
.status:empty { display: none; }
.status { margin: 0.25rem 0 0; }
.status.failed { color: var(--_bad); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;
