/**
 * What a Robin variable can hold. Text, numbers and booleans are JavaScript's own, so that loops stay fast; every other
 * type is a tagged record. Lists, datatables and custom objects are shared by reference inside one action call and
 * copied on `SET`, as in Power Automate Desktop.
 */
export type RobinValue =
  | string
  | number
  | boolean
  | DatetimeValue
  | ListValue
  | DatatableValue
  | DatarowValue
  | ObjectValue
  | FileValue
  | FolderValue
  | ErrorValue
  | BinaryValue
  | SecretValue
  | InstanceValue
  | BlankValue;

/** A moment on the wall of the machine's own zone: what a person at the screen would read. Milliseconds kept. */
export interface DatetimeValue {
  readonly kind: 'datetime';
  /** Milliseconds of the same wall-clock reading taken as if it were UTC, so that arithmetic needs no zone. */
  readonly wallMs: number;
}
export interface ListValue {
  readonly kind: 'list';
  readonly items: RobinValue[];
}
export interface DatatableValue {
  readonly kind: 'datatable';
  readonly columns: string[];
  /** Whether the column names were given, or are the default `Column1`, `Column2`, … */
  readonly hasHeaders: boolean;
  readonly rows: RobinValue[][];
}
export interface DatarowValue {
  readonly kind: 'datarow';
  readonly columns: readonly string[];
  readonly cells: RobinValue[];
}
/** A custom object; keys keep their order and compare case-sensitively. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly entries: Map<string, RobinValue>;
}
/** `path` is a path of this machine; properties are read from the disk when they are asked for. */
export interface FileValue {
  readonly kind: 'file';
  readonly path: string;
}
export interface FolderValue {
  readonly kind: 'folder';
  readonly path: string;
}
export interface ErrorValue {
  readonly kind: 'error';
  readonly message: string;
  readonly code: string;
  readonly details: string;
  /** For example `Subflow: Main, Action: 12, Action name: File.ReadTextFromFile`. */
  readonly location: string;
  readonly actionIndex: number;
  readonly actionName: string;
  readonly subflowName: string;
}
export interface BinaryValue {
  readonly kind: 'binary';
  readonly bytes: Uint8Array;
}
/** A password: printed as `••••••`, opened only by an argument of type `secret`. */
export interface SecretValue {
  readonly kind: 'secret';
  readonly reveal: () => string;
}
/** A handle to something an action module keeps open (a browser, a workbook, a connection). */
export interface InstanceValue {
  readonly kind: 'instance';
  readonly type: string;
  readonly handle: number;
  /** Properties a flow may read, by name, read when asked. */
  readonly properties: Readonly<Record<string, () => RobinValue>>;
}
export interface BlankValue {
  readonly kind: 'blank';
}

export const blank: BlankValue = { kind: 'blank' };
