import { blank, type DatatableValue, type RobinValue, toText } from '@deskhand/robin';

/** What stands for a password wherever values leave the runner. */
const HIDDEN = '••••••';

/**
 * A value of a flow as JSON, for outputs: text, number, boolean, list, object, `{ columns, rows }` for datatables and
 * `2026-01-31T08:30:00.000` without a zone for moments, which are readings of the machine's own clock on the wall.
 */
export function toJson(value: RobinValue): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : toText(value);
  if (typeof value !== 'object') return value;
  switch (value.kind) {
    case 'list':
      return value.items.map(toJson);
    case 'object':
      return Object.fromEntries([...value.entries].map(([key, item]) => [key, toJson(item)]));
    case 'datatable':
      return { columns: [...value.columns], rows: value.rows.map((row) => row.map(toJson)) };
    case 'datarow':
      return Object.fromEntries(value.columns.map((column, index) => [column, toJson(value.cells[index] ?? blank)]));
    case 'datetime':
      return new Date(value.wallMs).toISOString().slice(0, -1);
    case 'file':
    case 'folder':
      return value.path;
    case 'binary':
      return Buffer.from(value.bytes).toString('base64');
    case 'error':
      return { code: value.code, message: value.message, details: value.details, location: value.location };
    case 'secret':
      return HIDDEN;
    case 'instance':
      return value.type;
    case 'blank':
      return null;
    default:
      return value satisfies never;
  }
}

/** JSON as a value of a flow, for inputs. Text stays text: a flow that wants a moment converts it. */
export function fromJson(json: unknown): RobinValue {
  if (json === null || json === undefined) return blank;
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return json;
  if (Array.isArray(json)) return { kind: 'list', items: json.map(fromJson) };
  if (isTable(json)) return tableOf(json);
  return { kind: 'object', entries: new Map(Object.entries(json).map(([key, item]) => [key, fromJson(item)])) };
}

interface TableJson {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

function isTable(json: object): json is TableJson {
  const { columns, rows, ...more } = json as Partial<TableJson>;
  if (Object.keys(more).length > 0 || !Array.isArray(columns) || !Array.isArray(rows)) return false;
  return columns.every((column) => typeof column === 'string') && rows.every((row) => Array.isArray(row));
}

/** Short rows are filled up, so that every row has a cell for every column. */
function tableOf({ columns, rows }: TableJson): DatatableValue {
  const cells = rows.map((row) => columns.map((_column, index) => fromJson(row[index])));
  return { kind: 'datatable', columns: [...columns], hasHeaders: true, rows: cells };
}
