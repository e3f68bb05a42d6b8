/** What goes wrong with plugins. */

/** A plugin that cannot be used as asked. */
export class PluginError extends Error {
  /** The name of its class. */
  override readonly name = "PluginError";
  /** The plugin's name. */
  readonly plugin: string;

  /**
   * Makes the error.
   *
   * @param plugin Its name.
   * @param problem What is wrong, without the plugin's name.
   */
  constructor(plugin: string, problem: string) {
    super(`Cannot use plugin ${plugin}: ${problem}`);
    this.plugin = plugin;
  }
}
