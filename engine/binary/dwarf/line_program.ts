/**
 * Runs a line program: a state machine that makes a row of the line table at each of its steps.
 *
 * Leaves out instruction sets (isa) and basic blocks, which no compiler for x86 marks. DWARF 5, section 6.2.
 */

import type { LineHeader } from "./line_header.ts";
import type { DebugSections } from "./sections.ts";

/** Bits of {@linkcode LineRows.flags}. */
export const LINE_FLAG = { isStatement: 1, isPrologueEnd: 2, isEpilogueBegin: 4, isEnd: 8 } as const;

/** The rows of a line program, a column each; as the program made them, sequence after sequence. */
export interface LineRows {
  /** Number of rows. */
  readonly count: number;
  /** Addresses, before the load bias is added. */
  readonly addresses: Float64Array;
  /** Numbers of files in the header. */
  readonly files: Uint32Array;
  /** Lines, from 1; 0 where no line is to blame. */
  readonly lines: Uint32Array;
  /** Columns, from 1; 0 for the whole line. */
  readonly columns: Uint32Array;
  /** Numbers that tell blocks of one line apart. */
  readonly discriminators: Uint32Array;
  /** Bits of {@linkcode LINE_FLAG}. */
  readonly flags: Uint8Array;
}

/** The columns, growing. */
class Rows implements LineRows {
  count = 0;
  addresses = new Float64Array(64);
  files = new Uint32Array(64);
  lines = new Uint32Array(64);
  columns = new Uint32Array(64);
  discriminators = new Uint32Array(64);
  flags = new Uint8Array(64);

  grow(): void {
    const size = this.count * 2;
    const larger = <T extends Float64Array | Uint32Array | Uint8Array>(to: T, from: T) => (to.set(from), to);
    this.addresses = larger(new Float64Array(size), this.addresses);
    this.files = larger(new Uint32Array(size), this.files);
    this.lines = larger(new Uint32Array(size), this.lines);
    this.columns = larger(new Uint32Array(size), this.columns);
    this.discriminators = larger(new Uint32Array(size), this.discriminators);
    this.flags = larger(new Uint8Array(size), this.flags);
  }
}

/**
 * Runs a line program.
 *
 * @param sections The file's sections.
 * @param header The program's header.
 * @returns The rows.
 * @throws {DwarfError} If the program is corrupt.
 */
export function runLineProgram(sections: DebugSections, header: LineHeader): LineRows {
  const { instructionLength, operations, lineBase, lineRange, opcodeOperands, program: [start, end] } = header;
  const opcodeBase = opcodeOperands.length;
  const cursor = sections.cursor(".debug_line", start, end);
  const rows = new Rows();
  let [address, operation, file, line, column, discriminator] = [0, 0, 1, 1, 0, 0];
  let [isStatement, marks] = [header.isStatement, 0];

  const emit = (end: number) => {
    if (rows.count === rows.addresses.length) rows.grow();
    const at = rows.count++;
    rows.addresses[at] = address;
    rows.files[at] = file;
    rows.lines[at] = line;
    rows.columns[at] = column;
    rows.discriminators[at] = discriminator;
    rows.flags[at] = (isStatement ? LINE_FLAG.isStatement : 0) | marks | end;
    discriminator = marks = 0;
  };
  const advance = (count: number) => {
    if (operations === 1) address += instructionLength * count;
    else {
      address += instructionLength * Math.floor((operation + count) / operations);
      operation = (operation + count) % operations;
    }
  };
  const extended = () => {
    const length = cursor.uleb();
    const next = cursor.position + length;
    if (length === 0 || length > cursor.remaining) throw cursor.error(`an extended opcode has ${length} bytes`);
    switch (cursor.u8()) {
      case 1: // end_sequence
        emit(LINE_FLAG.isEnd);
        [address, operation, file, line, column] = [0, 0, 1, 1, 0];
        isStatement = header.isStatement;
        break;
      case 2: // set_address
        address = cursor.unsigned(length - 1);
        operation = 0;
        break;
      case 4: // set_discriminator
        discriminator = cursor.uleb();
        break;
    }
    cursor.position = next;
  };

  while (cursor.remaining > 0) {
    const opcode = cursor.u8();
    if (opcode >= opcodeBase) {
      const adjusted = opcode - opcodeBase;
      advance(Math.floor(adjusted / lineRange));
      line += lineBase + adjusted % lineRange;
      emit(0);
      continue;
    }
    switch (opcode) {
      case 0:
        extended();
        break;
      case 1: // copy
        emit(0);
        break;
      case 2: // advance_pc
        advance(cursor.uleb());
        break;
      case 3: // advance_line
        line += cursor.sleb();
        break;
      case 4: // set_file
        file = cursor.uleb();
        break;
      case 5: // set_column
        column = cursor.uleb();
        break;
      case 6: // negate_stmt
        isStatement = !isStatement;
        break;
      case 8: // const_add_pc
        advance(Math.floor((255 - opcodeBase) / lineRange));
        break;
      case 9: // fixed_advance_pc
        address += cursor.u16();
        operation = 0;
        break;
      case 10: // set_prologue_end
        marks |= LINE_FLAG.isPrologueEnd;
        break;
      case 11: // set_epilogue_begin
        marks |= LINE_FLAG.isEpilogueBegin;
        break;
      default: // set_basic_block, set_isa, and what later versions may add
        for (let left = opcodeOperands[opcode]; left > 0; left--) cursor.uleb();
    }
  }
  return rows;
}
