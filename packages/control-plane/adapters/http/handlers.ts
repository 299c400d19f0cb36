import type { BodyOf, ParamsOf, QueryOf, ReplyOf, Route } from '@deskhand/protocol/http/route.ts';
import type { OperationId, Routes } from '@deskhand/protocol/http/routes.ts';
import type { FastifyReply } from 'fastify';
import type { Caller, Outcome } from '../../ports/outcome.ts';

/** What a handler gets; parts are already validated by the route's schemas. `caller` is undefined on public routes only. */
export interface HandlerRequest<R = Route> {
  readonly caller: Caller;
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  readonly origin: string;
  readonly cookie: string | undefined;
  /** The API token that came with the request. */
  readonly bearer: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly lastEventId: string | undefined;
  readonly secure: boolean;
  readonly host: string;
  /** For the few that set a cookie or stream. */
  readonly reply: FastifyReply;
}

/** One handler for each operation; leaving one out does not compile. */
export type Handlers = {
  readonly [Id in OperationId]: (request: HandlerRequest<Routes[Id]>) => Promise<Outcome<ReplyOf<Routes[Id]>>>;
};
export type HandlersOf<Group> = {
  readonly [Id in keyof Group]: (request: HandlerRequest<Group[Id]>) => Promise<Outcome<ReplyOf<Group[Id]>>>;
};

/** Replies without content. */
export const empty = {} as const;

export const iso = (at: Date): string => at.toISOString();
export const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;
