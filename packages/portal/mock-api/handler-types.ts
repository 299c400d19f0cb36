import type { BodyOf, ParamsOf, QueryOf, ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { OperationId, Routes } from '@deskhand/protocol/http/routes.ts';

export interface Call<Id extends OperationId> {
  readonly params: ParamsOf<Routes[Id]>;
  readonly query: QueryOf<Routes[Id]>;
  readonly body: BodyOf<Routes[Id]>;
}

/** One function for each operation, typed by the same route table as the real server's. */
export type Handlers<Ids extends OperationId = OperationId> = {
  readonly [Id in Ids]: (call: Call<Id>) => ReplyOf<Routes[Id]> | Promise<ReplyOf<Routes[Id]>>;
};
