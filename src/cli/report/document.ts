/** A report as every format shows it: sections of sentences and tables, in plain text that each format makes safe. */

export interface ReportDocument {
  readonly title: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  /** Explains the section to first-time readers. */
  readonly text: readonly string[];
  readonly table?: Table | undefined;
  /** What is below the table. */
  readonly notes?: readonly string[] | undefined;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export interface Column {
  readonly title: string;
  readonly align?: 'right' | undefined;
  /** Takes the room that is left in a terminal, and is cut where it is too long for that: at its start, or at its end. */
  readonly cut?: 'start' | 'end' | undefined;
}
