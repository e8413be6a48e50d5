// What the theme leaves out for the keyboard and for screen readers. Its own controls need scripts anyway.
"use strict";

// Controls that show nothing but an icon, by the icon.
const NAMES = {
  verified: "Overview",
  dock_to_right: "Show or hide the side bar",
  close: "Close",
  more_horiz: "More actions",
  calendar_today: "Choose a date",
  schedule: "Choose a time",
};

const ICON = ".material-symbols-outlined";

function words(element) {
  const copy = element.cloneNode(true);
  for (const icon of copy.querySelectorAll(ICON)) icon.remove();
  return element.matches(ICON) ? "" : copy.textContent.trim();
}

/** Gives a control without words the name of its icon; its title, where the theme gives it one. */
function name(control) {
  if (words(control) || control.hasAttribute("aria-label")) return;
  const icon = control.matches(ICON) ? control : control.querySelector(ICON);
  const found = control.title || NAMES[icon?.textContent.trim()];
  if (found) control.setAttribute("aria-label", found);
}

/** A span or div that acts on a click becomes a button: reached by Tab, pressed by Enter or the space bar. */
function becomeButton(element) {
  element.setAttribute("role", "button");
  element.tabIndex = 0;
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    element.click();
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("#content, .login #page")?.setAttribute("role", "main");
  document.querySelector("#searchbar-submit")?.setAttribute("aria-label", "Search");
  for (const input of document.querySelectorAll("input[placeholder]:not([aria-label])")) {
    if (!input.labels?.length) input.setAttribute("aria-label", input.placeholder);
  }
  for (const element of document.querySelectorAll("span, div, a:not([href])")) {
    if (element.hasAttribute("x-on:click") && element.id !== "changelist-filter-close") becomeButton(element);
  }
  for (const control of document.querySelectorAll("a, button, [role=button]")) name(control);
  for (const icon of document.querySelectorAll(`${ICON}:not([role])`)) icon.setAttribute("aria-hidden", "true");
});
