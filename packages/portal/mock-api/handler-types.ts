import type { joiningRoutes } from '@deskhand/protocol/http/joining.ts';
import type { BodyOf, ParamsOf, QueryOf, ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { OperationId, Routes } from '@deskhand/protocol/http/routes.ts';

export interface Call<Id extends OperationId> {
  readonly params: ParamsOf<Routes[Id]>;
  readonly query: QueryOf<Routes[Id]>;
  readonly body: BodyOf<Routes[Id]>;
}

/** No page says what only machines say to the server. */
export type PageOperation = Exclude<OperationId, keyof typeof joiningRoutes>;

/** One function for each operation of the pages, typed by the same route table as the real server's. */
export type Handlers<Ids extends OperationId = PageOperation> = {
  readonly [Id in Ids]: (call: Call<Id>) => ReplyOf<Routes[Id]> | Promise<ReplyOf<Routes[Id]>>;
};
