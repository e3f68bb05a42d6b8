// Puts the page together: what is selected, and which view of it is shown.

for (const each of page.profile.functions) if (each.isInlined) each.name += " (inlined)";

const asked = decodeURIComponent(location.hash.slice(1));
let view = page.views[asked] === undefined ? "Code" : asked;
page.selected =
  page.profile.functions.toSorted((a, b) => Math.sign(b.code.length) - Math.sign(a.code.length) || b.self - a.self)[0];

page.select = (each) => {
  page.selected = each;
  if (view !== "Calls") view = "Code";
  page.show();
};

page.show = () => {
  const tabs = Object.keys(page.views).map((name) => {
    const tab = element("button", { type: "button", textContent: name });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-selected", name === view);
    tab.addEventListener("click", () => {
      view = name;
      page.show();
    });
    return tab;
  });
  document.querySelector("#tabs").replaceChildren(...tabs);
  document.querySelector("#view").replaceChildren(...(page.selected === undefined ? [] : page.views[view]()));
  page.showTable();
};

document.title = `Profile of ${page.profile.program}`;
document.querySelector("#program").textContent = page.profile.program;
document.querySelector("#summary").textContent = `${number(page.profile.total)} instructions in ${
  number(page.profile.functions.length)
} functions`;
document.querySelector("#filter").addEventListener("input", page.showTable);
document.querySelector("#theme").addEventListener("click", () => {
  const isDark = getComputedStyle(document.body).colorScheme === "dark" ||
    !document.documentElement.style.colorScheme && matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.style.colorScheme = isDark ? "light" : "dark";
});
addEventListener("resize", page.show);
page.show();
