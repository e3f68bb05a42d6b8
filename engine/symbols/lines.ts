/** Source lines. */
export interface SourceLine {
  readonly file: string;
}
