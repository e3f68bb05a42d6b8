/**
 * Draw who called whom, in the language of Graphviz: `... | dot -Tsvg`.
 *
 *     $ ./ceratops run --script examples/call_graph.ts examples/guests/sums 3
 *     3 is odd
 *     three times the sum is 18
 *     digraph calls {
 *       "main" -> "grade" [label=1];
 *       "main" -> "all" [label=1];
 *       "all" -> "by_formula" [label=1];
 *       "all" -> "by_loop" [label=1];
 *       "all" -> "by_recursion" [label=1];
 *       "by_recursion" -> "by_recursion" [label=3];
 *     }
 */

import { hookEvery, on } from "ceratops";

const edges = new Map<string, number>();

hookEvery("call", (cpu) => {
  // A direct call names its target; those through the PLT go to libraries.
  const target = /^0x\w+$/.exec(cpu.instruction?.operands ?? "");
  const callee = target && cpu.symbols.at(BigInt(target[0]));
  if (!callee || callee.name.includes("@")) return;
  const edge = `"${cpu.symbol?.name}" -> "${callee.name}"`;
  edges.set(edge, (edges.get(edge) ?? 0) + 1);
}, { within: ["main", "all", "by_recursion"] });

on("exit", () => {
  console.log("digraph calls {");
  for (const [edge, count] of edges) console.log(`  ${edge} [label=${count}];`);
  console.log("}");
});
