import {
  Checkbox,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
} from '@fluentui/react-components';
import { Fragment, type HTMLAttributes, type KeyboardEvent, type ReactNode } from 'react';

export interface Column<T> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** CSS width; columns without one share what is left. */
  readonly width?: string;
  readonly numeric?: boolean;
  /** Its header stands before the value in the cards of narrow screens, as it does before a number. */
  readonly named?: boolean;
  /** Left out of the two-line cards on narrow screens. */
  readonly secondary?: boolean;
  /** The header is for screen readers only. */
  readonly quiet?: boolean;
}

export interface Selection {
  readonly keys: ReadonlySet<string>;
  readonly onChange: (keys: ReadonlySet<string>) => void;
}

/** Rows below a heading of their own; together the groups hold the rows of the table in their order. */
export interface RowGroup<T> {
  readonly key: string;
  readonly heading: ReactNode;
  readonly rows: readonly T[];
  /** For the whole group, for example that something can be dropped on it. */
  readonly attributes?: HTMLAttributes<HTMLElement>;
}

interface DataTableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly groups?: readonly RowGroup<T>[];
  readonly keyOf: (row: T) => string;
  readonly nameOf?: (row: T) => string;
  readonly selection?: Selection;
  /** A line under the row: why it waits, why it failed. */
  readonly note?: (row: T) => ReactNode;
  readonly onRowKeyDown?: (event: KeyboardEvent, row: T) => void;
  readonly rowTone?: (row: T) => string | undefined;
}

/** Dense rows of 32 px; below 640 px each row becomes a card with named values. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns, rows, keyOf, selection } = props;
  return (
    <div className="table-frame">
      <Table size="small" aria-label={label} className="data-table">
        <colgroup>
          {selection && <col style={{ width: '36px' }} />}
          {columns.map((column) => (
            <col key={column.key} {...(column.width ? { style: { width: column.width } } : {})} />
          ))}
        </colgroup>
        <TableHeader>
          <TableRow>
            {selection && (
              <TableHeaderCell className="select-cell">
                <SelectAll rows={rows} keyOf={keyOf} selection={selection} />
              </TableHeaderCell>
            )}
            {columns.map((column) => (
              <TableHeaderCell key={column.key} className={column.numeric ? 'numeric' : ''}>
                {column.quiet ? <span className="sr-only">{column.header}</span> : column.header}
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        {props.groups ? (
          props.groups.map((group) => (
            <TableBody key={group.key} className="row-group" {...group.attributes}>
              <tr className="group-head">
                <th scope="rowgroup" colSpan={columnCount(props)}>
                  {group.heading}
                </th>
              </tr>
              {group.rows.map((row) => (
                <DataRow key={keyOf(row)} row={row} {...props} />
              ))}
            </TableBody>
          ))
        ) : (
          <TableBody>
            {rows.map((row) => (
              <DataRow key={keyOf(row)} row={row} {...props} />
            ))}
          </TableBody>
        )}
      </Table>
    </div>
  );
}

function DataRow<T>(props: DataTableProps<T> & { readonly row: T }) {
  const { row, columns, keyOf, nameOf, selection, note, onRowKeyDown, rowTone } = props;
  const key = keyOf(row);
  const selected = selection?.keys.has(key) ?? false;
  const noted = note?.(row);
  const tone = rowTone?.(row);
  return (
    <Fragment>
      <TableRow
        data-row={key}
        {...(tone ? { 'data-tone': tone } : {})}
        {...(noted ? { 'data-noted': true } : {})}
        {...(selection ? { 'aria-selected': selected } : {})}
        {...(onRowKeyDown ? { onKeyDown: (event: KeyboardEvent) => onRowKeyDown(event, row) } : {})}
      >
        {selection && (
          <TableCell className="select-cell">
            <Checkbox
              checked={selected}
              onChange={() => selection.onChange(toggled(selection.keys, key))}
              aria-label={`Select ${nameOf?.(row) ?? key}`}
            />
          </TableCell>
        )}
        {columns.map((column) => (
          <TableCell key={column.key} data-label={column.header} className={cellClass(column)}>
            {column.cell(row)}
          </TableCell>
        ))}
      </TableRow>
      {noted && (
        <TableRow className="note-row">
          <TableCell colSpan={columnCount(props)}>{noted}</TableCell>
        </TableRow>
      )}
    </Fragment>
  );
}

const columnCount = <T,>({ columns, selection }: Pick<DataTableProps<T>, 'columns' | 'selection'>): number =>
  columns.length + (selection ? 1 : 0);

function SelectAll<T>(props: Pick<DataTableProps<T>, 'rows' | 'keyOf'> & { readonly selection: Selection }) {
  const { rows, keyOf, selection } = props;
  const keys = rows.map(keyOf);
  const chosen = keys.filter((key) => selection.keys.has(key)).length;
  const checked = chosen === 0 ? false : chosen === keys.length ? true : 'mixed';
  return (
    <Checkbox
      checked={checked}
      onChange={() => selection.onChange(new Set(checked === true ? [] : keys))}
      aria-label="Select all rows"
    />
  );
}

function cellClass<T>(column: Column<T>): string {
  return (['numeric', 'named', 'secondary'] as const).filter((name) => column[name]).join(' ');
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}
