/**
 * Calls in expressions: which function is meant, and what it gets. The guest executes it elsewhere.
 *
 * Of several functions of a name the one that fits the arguments best is taken. Leaves out templates that are not
 * instantiated, default arguments, and constructors. GDB manual, "Calling program functions".
 */

import { ATTRIBUTE, type DebugType, Entry, TAG, typeOf, VOID } from "../binary/dwarf/mod.ts";
import { castTo, decayed } from "./c_operations.ts";
import { DOUBLE, isFloat } from "./c_types.ts";
import type { Node } from "./c_syntax.ts";
import { type FunctionPlace, symbolNamed } from "./names.ts";
import { bareType, DebugValue, DebugValueError, isScalar, pointerTo } from "./value.ts";

/** A call that the guest is to execute. */
export interface CallRequest {
  /** The function's first instruction; of an indirect function, its resolver's. */
  readonly address: bigint;
  /** What the function returns. */
  readonly result: DebugType;
  /** What it gets, as its parameters want it; texts, which have no address yet, are arrays. */
  readonly args: readonly DebugValue[];
}

/** Thrown where the value of an expression depends on a call. */
export class CallNeeded extends Error {
  /**
   * @param node The call in the expression's tree.
   * @param request What is to be executed.
   */
  constructor(readonly node: Node, readonly request: CallRequest) {
    super("A function is to be called first");
  }
}

/**
 * The call of a function.
 *
 * @param named Functions of the name; none if `value` is called.
 * @param value A function, or a pointer to one.
 * @param result What it returns, if nothing else says so.
 * @throws {DebugValueError} If it cannot be called like this.
 */
export function functionCall(
  named: readonly FunctionPlace[],
  value: DebugValue | undefined,
  args: readonly DebugValue[],
  result: DebugType | undefined,
): CallRequest {
  const { type, address, name } = best(value === undefined ? named : [placeOfValue(value)], args);
  const isKnown = type !== undefined;
  if (!isKnown && result === undefined) {
    throw new DebugValueError(`'${name}' has unknown return type; cast the call to its declared return type`);
  }
  const returned = isKnown ? bareType(type).target ?? VOID : result ?? VOID;
  return { address, result: returned, args: passed(type, args, name) };
}

/** The call of a method of an object. @throws {DebugValueError} If it cannot be called like this. */
export function methodCall(object: DebugValue, name: string, args: readonly DebugValue[]): CallRequest {
  const { address: self, target } = object;
  if (self === undefined) throw new DebugValueError("Attempt to take address of value not located in memory.");
  const methods = [...methodsOf(object, name)].map(({ entry, holder }) => {
    const type = typeOf(entry);
    const isStatic = entry.reference(ATTRIBUTE.objectPointer) === undefined;
    const given = isStatic ? args : [DebugValue.of(target, pointerTo(holder.type), holder.address ?? self), ...args];
    return { name, type, address: addressOfMethod(entry, holder), given };
  });
  const counted = methods.find(({ type, given }) => type.parameters?.length === given.length);
  const method = counted ?? methods[0];
  if (method?.address === undefined) {
    throw new DebugValueError(`Cannot evaluate function -- may be inlined`);
  }
  const { type, given, address } = method;
  return { address, result: bareType(type).target ?? VOID, args: passed(type, given, name) };
}

/** Whether an object's class has a method of a name. */
export function hasMethod(object: DebugValue, name: string): boolean {
  return !methodsOf(object, name).next().done;
}

function* methodsOf(object: DebugValue, name: string, depth = 0): Generator<{ entry: Entry; holder: DebugValue }> {
  const { entry, members = [] } = object.bare;
  if (!(entry instanceof Entry) || depth > 16) return;
  for (const child of entry.children) {
    if (child.tag === TAG.subprogram && child.name === name) yield { entry: child, holder: object };
  }
  for (const member of members) {
    if (member.isBase) yield* methodsOf(object.member(member), name, depth + 1);
  }
}

/** Where a method is: a virtual one where the object's table says. */
function addressOfMethod(entry: Entry, { address, target }: DebugValue): bigint | undefined {
  const place = entry.block(ATTRIBUTE.vtableElement)?.bytes;
  const [constu, index] = [place?.[0] === 0x10, place?.[1] ?? 0x80];
  if (constu && index < 0x80 && address !== undefined) {
    return target.memory.u64(target.memory.u64(address) + BigInt(8 * index));
  }
  const name = entry.text(ATTRIBUTE.linkageName);
  return name === undefined ? undefined : symbolNamed(target, name);
}

function placeOfValue(value: DebugValue): FunctionPlace {
  const { bare } = value;
  if (bare.kind === "function") return { name: bare.name ?? "function", type: bare, address: value.address ?? 0n };
  const to = bare.kind === "pointer" && bare.target !== undefined ? bareType(bare.target) : undefined;
  if (to?.kind === "function") return { name: "function", type: to, address: value.unsigned };
  throw new DebugValueError("Cannot perform a call on a non-function.");
}

/** The function that fits best: by the number of arguments, then by their types. */
function best(functions: readonly FunctionPlace[], args: readonly DebugValue[]): FunctionPlace {
  const score = ({ type }: FunctionPlace) => {
    const { parameters = [] } = type ?? {};
    const fits = parameters.length === args.length ? 1000 : 0;
    return parameters.reduce((total, { type: of }, index) => total + (isAlike(of, args[index]) ? 1 : 0), fits);
  };
  const [first, ...others] = functions;
  return others.reduce((found, each) => score(each) > score(found) ? each : found, first);
}

function isAlike(type: DebugType, value: DebugValue | undefined): boolean {
  if (value === undefined) return false;
  const [to, from] = [bareType(type), decayed(value).bare];
  return to.kind === from.kind && to.encoding === from.encoding && to.size === from.size;
}

/** Arguments as the parameters want them. @throws {DebugValueError} If they are too few or do not fit. */
function passed(type: DebugType | undefined, args: readonly DebugValue[], name: string): DebugValue[] {
  const parameters = type?.parameters ?? [];
  const isOpen = type === undefined || parameters.some((each) => each.name === "...") || parameters.length === 0;
  const wanted = parameters.filter((each) => each.name !== "...");
  if (args.length < wanted.length) throw new DebugValueError(`Too few arguments in function call of ${name}.`);
  if (args.length > wanted.length && !isOpen) {
    throw new DebugValueError(`Too many arguments in function call of ${name}.`);
  }
  return args.map((value, index) =>
    index < wanted.length ? asParameter(value, wanted[index].type) : promotedArgument(value)
  );
}

function asParameter(value: DebugValue, type: DebugType): DebugValue {
  const to = bareType(type);
  if (to.kind === "reference" || to.kind === "rvalue reference") {
    if (value.bare.kind === to.kind) return value;
    if (value.address === undefined) {
      throw new DebugValueError("Attempt to take address of value not located in memory.");
    }
    return DebugValue.of(value.target, pointerTo(value.type), value.address);
  }
  const isReference = value.bare.kind === "reference" || value.bare.kind === "rvalue reference";
  const from = isReference ? value.deref() : value;
  return isText(from) ? from : castTo(from, type);
}

/** Without a parameter: small numbers become `int`, floating point ones `double`. */
function promotedArgument(value: DebugValue): DebugValue {
  if (isText(value)) return value;
  const plain = decayed(value);
  return isFloat(plain.type) && plain.bare.size < 8 ? castTo(plain, DOUBLE) : plain;
}

/** Whether a value is an array that is nowhere in the guest: it is put there for the call. */
function isText(value: DebugValue): boolean {
  return value.bare.kind === "array" && value.address === undefined && !isScalar(value.bare);
}
