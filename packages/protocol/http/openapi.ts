import { errorTable } from '../errors.ts';
import { closed, type Route } from './route.ts';
import { API_PREFIX, routes } from './routes.ts';

/** The OpenAPI 3.1 page, written from the same declarations that the server validates by. */
export function openApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [operationId, route] of Object.entries(routes)) {
    const path = `${API_PREFIX}${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(operationId, route as Route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Deskhand', version, description: 'Errors are problem+json; every code stands in docs/errors.md.' },
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'deskhand' },
      },
      schemas: { Problem: problemSchema() },
    },
  };
}

function operation(operationId: string, route: Route): Record<string, unknown> {
  const parameters = [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')];
  if (route.idempotent)
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      schema: { type: 'string', maxLength: 200 },
    });
  const type = route.contentType ?? 'application/json';
  return {
    operationId,
    summary: route.summary,
    'x-permission': route.permission,
    security: route.permission === 'public' ? [] : [{ token: [] }, { cookie: [] }],
    parameters,
    ...(hasFields(route.body)
      ? { requestBody: { required: true, content: { 'application/json': { schema: closed(route.body) } } } }
      : {}),
    responses: {
      [route.status]:
        route.status === 204
          ? { description: 'Done' }
          : { description: 'Done', content: { [type]: { schema: route.reply } } },
      default: {
        description: 'Refused',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

const fieldsOf = (schema: unknown): Record<string, unknown> =>
  (schema as { properties?: Record<string, unknown> }).properties ?? {};
const hasFields = (schema: unknown): boolean => Object.keys(fieldsOf(schema)).length > 0;

function parametersOf(schema: unknown, place: 'path' | 'query'): Record<string, unknown>[] {
  const required = new Set((schema as { required?: string[] }).required ?? []);
  return Object.entries(fieldsOf(schema)).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema: field,
  }));
}

function problemSchema(): Record<string, unknown> {
  const text = { type: 'string' };
  return {
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'detail', 'remedy'],
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' },
      code: { type: 'string', enum: Object.keys(errorTable) },
      detail: text,
      remedy: text,
    },
  };
}
