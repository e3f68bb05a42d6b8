/** What goes wrong with plugins. */

/** A plugin that cannot be used as asked. */
export class PluginError extends Error {
  override readonly name = "PluginError";
  /** The plugin's name. */
  readonly plugin: string;

  constructor(plugin: string, problem: string) {
    super(`Cannot use plugin ${plugin}: ${problem}`);
    this.plugin = plugin;
  }
}
