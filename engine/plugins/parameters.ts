/**
 * Parameters of plugins: those a plugin declares and those that every plugin has, read from texts and checked.
 *
 * Leaves out where the texts come from: the command line and the prompt.
 */

import type { ParameterType, Plugin, PluginParameter, PluginSettings } from "../plugin.ts";
import { PluginError } from "./errors.ts";

/** A parameter's value. */
export type Value = string | number | boolean;

const TEXT_ONLY = ["text"];

/** Formats of a plugin's report, the default one first. */
export function pluginFormats(plugin: Plugin): readonly string[] {
  return plugin.formats ?? TEXT_ONLY;
}

/**
 * All parameters of a plugin: `within` and `format`, which every plugin has, and its own.
 *
 * @returns The parameters by name.
 */
export function pluginParameters(plugin: Plugin): PluginSettings {
  const formats = pluginFormats(plugin);
  const within: PluginParameter<"string"> = {
    type: "string",
    default: "",
    description: "Only this code: symbols, images, FROM-TO; separated by commas or spaces",
  };
  const format: PluginParameter<"string"> = {
    type: "string",
    default: formats[0],
    description: `Format of the report: ${formats.join(", ")}`,
    check: (value) => formats.includes(value) ? undefined : `its formats are ${formats.join(", ")}`,
  };
  return { within, format, ...plugin.params };
}

/** The values of a plugin's parameters. */
export class ParameterValues {
  readonly #plugin: Plugin;
  readonly #settings: PluginSettings;
  /** Values by name; the same object for good, its properties change. */
  readonly values: Readonly<Record<string, Value>>;
  readonly #values: Record<string, Value> = {};

  /**
   * Reads the values that are given; the others are the defaults.
   *
   * @throws {PluginError} If a name is unknown or a value does not fit.
   */
  constructor(plugin: Plugin, texts: Readonly<Record<string, string>>) {
    this.#plugin = plugin;
    this.#settings = pluginParameters(plugin);
    this.values = this.#values;
    for (const [name, parameter] of Object.entries(this.#settings)) this.#values[name] = parameter.default;
    for (const [name, text] of Object.entries(texts)) this.set(name, text);
  }

  /** Changes a value. @throws {PluginError} If the name is unknown or the value does not fit; then nothing changes. */
  set(name: string, text: string): void {
    this.#values[name] = this.#parse(name, this.#parameter(name), text);
  }

  #parameter(name: string): PluginParameter {
    if (Object.hasOwn(this.#settings, name)) return this.#settings[name];
    const known = Object.keys(this.#settings).join(", ");
    throw new PluginError(this.#plugin.name, `it has no parameter ${name}; it takes ${known}`);
  }

  #parse(name: string, parameter: PluginParameter, text: string): Value {
    const value = parsers[parameter.type](text);
    const refuse = (problem: string) => new PluginError(this.#plugin.name, `parameter ${name} is ${text}${problem}`);
    if (value === undefined) throw refuse(`, not a ${parameter.type}`);
    const problem = (parameter as { check?(value: Value): string | undefined }).check?.(value);
    if (problem !== undefined) throw refuse(`: ${problem}`);
    return value;
  }
}

const parsers: Readonly<Record<ParameterType, (text: string) => Value | undefined>> = {
  string: (text) => text,
  number: (text) => text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined,
  boolean: (text) =>
    ["true", "on", "yes"].includes(text) ? true : ["false", "off", "no"].includes(text) ? false : undefined,
};
