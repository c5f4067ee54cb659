// Expandable rows as one long list, of which only the visible pages are loaded.
//
// A level has its number of rows, the loaded pages, and its opened rows sorted by position. The n-th visible
// row is found by a walk over the opened rows of each level, which is fast for a million rows with a few opened.

export interface Loaded<Row> {
  total: number;
  rows: Row[];
  /** Rows beyond `total` that this report does not contain. */
  missing?: number;
}

/** The source of the rows of a level, page by page. */
export interface Source<Row> {
  load(offset: number, limit: number): Promise<Loaded<Row>>;
}

export interface VisibleRow<Row> {
  /** `undefined` while its page is loading. */
  row: Row | undefined;
  level: Level<Row>;
  /** Position within its level. */
  position: number;
  depth: number;
  isOpen: boolean;
}

const PAGE = 200;

interface OpenedRow<Row> {
  position: number;
  level: Level<Row>;
}

export class Level<Row> {
  /** Rows on all pages, and a line for the number of missing rows. 1 until the first page has arrived, for the line that it is loading. */
  total = 1;
  missing = 0;
  isLoaded = false;
  error: Error | undefined;
  readonly #pages = new Map<number, Row[]>();
  readonly #loading = new Set<number>();
  readonly opened: OpenedRow<Row>[] = [];

  constructor(
    readonly source: Source<Row>,
    readonly parent: { level: Level<Row>; position: number } | undefined,
    readonly changed: () => void,
  ) {}

  /** Visible rows here and below. */
  get length(): number {
    return this.opened.reduce((sum, { level }) => sum + level.length, this.total);
  }

  get depth(): number {
    return this.parent === undefined ? 0 : this.parent.level.depth + 1;
  }

  row(position: number): Row | undefined {
    const page = Math.floor(position / PAGE);
    const rows = this.#pages.get(page);
    if (rows === undefined) void this.#load(page);
    return rows?.[position - page * PAGE];
  }

  async #load(page: number): Promise<void> {
    if (this.#loading.has(page) || this.error !== undefined) return;
    this.#loading.add(page);
    try {
      const { total, rows, missing = 0 } = await this.source.load(page * PAGE, PAGE);
      this.#pages.set(page, rows);
      this.missing = missing;
      this.total = total + (missing > 0 ? 1 : 0);
      this.isLoaded = true;
    } catch (error) {
      this.error = error as Error;
    } finally {
      this.#loading.delete(page);
    }
    this.changed();
  }
}

export class Rows<Row> {
  readonly root: Level<Row>;

  /** @param childrenOf the source of the level below a row; `undefined` for rows that cannot be opened */
  constructor(
    source: Source<Row>,
    readonly childrenOf: (row: Row) => Source<Row> | undefined,
    readonly changed: () => void,
  ) {
    this.root = new Level(source, undefined, changed);
  }

  get length(): number {
    return this.root.length;
  }

  /** The n-th visible row; loads its page if necessary. */
  at(index: number): VisibleRow<Row> | undefined {
    let level = this.root;
    let rest = index;
    search: while (rest >= 0 && rest < level.length) {
      for (const opened of level.opened) {
        if (rest <= opened.position) break;
        const below = rest - opened.position - 1;
        if (below < opened.level.length) {
          level = opened.level;
          rest = below;
          continue search;
        }
        rest -= opened.level.length;
      }
      const isOpen = level.opened.some(({ position }) => position === rest);
      return { row: level.row(rest), level, position: rest, depth: level.depth, isOpen };
    }
    return undefined;
  }

  /** The index of a row among all visible ones, the inverse of `at`. */
  indexOf(level: Level<Row>, position: number): number {
    const before = level.opened.filter((opened) => opened.position < position);
    const within = before.reduce((sum, opened) => sum + opened.level.length, position);
    return level.parent === undefined ? within : this.indexOf(level.parent.level, level.parent.position) + 1 + within;
  }

  open({ row, level, position, isOpen }: VisibleRow<Row>): void {
    const source = row === undefined || isOpen ? undefined : this.childrenOf(row);
    if (source === undefined) return;
    level.opened.push({ position, level: new Level(source, { level, position }, this.changed) });
    level.opened.sort((a, b) => a.position - b.position);
    this.changed();
  }

  shut({ level, position }: VisibleRow<Row>): void {
    const index = level.opened.findIndex((opened) => opened.position === position);
    if (index < 0) return;
    level.opened.splice(index, 1);
    this.changed();
  }
}

/** A list as a source. */
export function listed<Row>(rows: readonly Row[]): Source<Row> {
  return { load: async (offset, limit) => ({ total: rows.length, rows: rows.slice(offset, offset + limit) }) };
}

/** Several sources, one after the other. */
export function joined<Row>(sources: readonly Source<Row>[]): Source<Row> {
  return {
    async load(offset, limit) {
      let total = 0;
      const rows: Row[] = [];
      for (const source of sources) {
        const part = await source.load(Math.max(0, offset - total), limit - rows.length);
        rows.push(...part.rows);
        total += part.total;
      }
      return { total, rows };
    },
  };
}

/** A source with each row converted. */
export function mapped<Row, Other>(source: Source<Row>, other: (row: Row) => Other): Source<Other> {
  return {
    async load(offset, limit) {
      const { rows, ...rest } = await source.load(offset, limit);
      return { ...rest, rows: rows.map(other) };
    },
  };
}
