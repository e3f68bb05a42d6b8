import { deepStrictEqual } from "node:assert/strict";
import { isCalled } from "../../engine/symbols/demangle.ts";

/** Symbols as gcc and rustc made them, with what c++filt or rustfilt says. */
const SYMBOLS = {
  "int biggest<int>(int, int)": "_Z7biggestIiET_S0_S0_",
  "void ns::deep<int>(int)": "_ZN2ns4deepIiEEvT_",
  "Box<int>::twice() const": "_ZNK3BoxIiE5twiceEv",
  "ns::f(int)": "_ZN2ns1fEi",
  "main::largest::<i32>": "_RINvCs32gj3y4fnmh_4main7largestlEB2_",
  "<main::Shape as main::Area>::area": "_RNvXCs32gj3y4fnmh_4mainNtB2_5ShapeNtB2_4Area4area",
};

for (
  const [wanted, ...meant] of [
    ["biggest", "int biggest<int>(int, int)"],
    ["biggest<int>", "int biggest<int>(int, int)"],
    ["biggest<double>"],
    ["deep", "void ns::deep<int>(int)"],
    ["ns::deep", "void ns::deep<int>(int)"],
    ["Box<int>::twice", "Box<int>::twice() const"],
    ["Box::twice", "Box<int>::twice() const"],
    ["twice", "Box<int>::twice() const"],
    ["f", "ns::f(int)"],
    ["ns::f(int)", "ns::f(int)"],
    ["ns::f(long)"],
    ["main::largest", "main::largest::<i32>"],
    ["largest", "main::largest::<i32>"],
    ["<main::Shape as main::Area>::area", "<main::Shape as main::Area>::area"],
    ["area", "<main::Shape as main::Area>::area"],
  ] as const
) {
  Deno.test(`isCalled() takes ${wanted} for ${meant[0] ?? "none"} of several functions`, () => {
    const found = Object.entries(SYMBOLS).filter(([, symbol]) => isCalled(symbol, wanted));
    deepStrictEqual(found.map(([name]) => name), meant);
  });
}
