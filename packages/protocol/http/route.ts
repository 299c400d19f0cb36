import type { Permission } from '@deskhand/domain/account/permissions.ts';
import Type, { type Static, type TSchema } from 'typebox';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One address of the API, declared once: the server's validation, the OpenAPI page and the typed client follow from it. */
export interface Route<
  Params extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Reply extends TSchema = TSchema,
> {
  readonly method: Method;
  /** Below /api/v1, with `{name}` places. */
  readonly path: string;
  readonly permission: Permission;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly reply: Reply;
  readonly status: 200 | 201 | 202 | 204;
  /** What the reply is when it is not JSON. */
  readonly contentType?: 'text/event-stream' | 'image/png' | 'text/plain' | 'application/x-ndjson';
  /** True for submits: a repeated Idempotency-Key answers with the same run. */
  readonly idempotent?: boolean;
}

export const nothing = Type.Object({}, { additionalProperties: false });
export type Nothing = typeof nothing;

interface RouteInput<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema> {
  readonly permission: Permission;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly reply?: R;
  readonly status?: Route['status'];
  readonly contentType?: Route['contentType'];
  readonly idempotent?: boolean;
}

/** `route('POST', '/runs', { … })`; parts left out are empty. */
export function route<
  P extends TSchema = Nothing,
  Q extends TSchema = Nothing,
  B extends TSchema = Nothing,
  R extends TSchema = Nothing,
>(method: Method, path: string, input: RouteInput<P, Q, B, R>): Route<P, Q, B, R> {
  return {
    method,
    path,
    permission: input.permission,
    summary: input.summary,
    params: input.params ?? (nothing as TSchema as P),
    query: input.query ?? (nothing as TSchema as Q),
    body: input.body ?? (nothing as TSchema as B),
    reply: input.reply ?? (nothing as TSchema as R),
    status: input.status ?? (method === 'POST' ? 201 : input.reply ? 200 : 204),
    ...(input.contentType ? { contentType: input.contentType } : {}),
    ...(input.idempotent ? { idempotent: true } : {}),
  };
}

/** Fields that nobody declared are refused, not dropped, so that a misspelt one is noticed. */
export function closed<S extends object>(schema: S): S {
  const { properties } = schema as { properties?: Record<string, object> };
  if (!properties) return schema;
  const inner = Object.entries(properties).map(([name, field]) => [name, closed(field)]);
  return { additionalProperties: false, ...schema, properties: Object.fromEntries(inner) as object };
}

type PartOf<R, Name extends keyof Route> = R extends { readonly [K in Name]: infer S extends TSchema }
  ? Static<S>
  : never;
export type ParamsOf<R> = PartOf<R, 'params'>;
export type QueryOf<R> = PartOf<R, 'query'>;
export type BodyOf<R> = PartOf<R, 'body'>;
export type ReplyOf<R> = PartOf<R, 'reply'>;

/** Schema pieces that many routes share. */
export const id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' });
export const name = Type.String({ minLength: 1, maxLength: 120 });
/** Without leap seconds and year 0, which no clock of ours can hold. */
export const time = Type.String({
  format: 'date-time',
  pattern: '^[1-9]\\d{3}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d',
  description: 'ISO 8601, UTC',
});
/** A number that the store counts by. */
export const count = (minimum: number) => Type.Integer({ minimum, maximum: 2_147_483_647 });
export const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
export const oneOf = <const Values extends readonly string[]>(values: Values) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: [...values] });
export const idParams = Type.Object({ id });
export const page = {
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
};
export const pageOf = <S extends TSchema>(item: S) =>
  Type.Object({ items: Type.Array(item), nextCursor: orNull(Type.String()) });
export const listOf = <S extends TSchema>(item: S) => Type.Object({ items: Type.Array(item) });
