import type { Diagnostic } from '@deskhand/protocol/http/flows.ts';
import type { Handlers } from './handler-types.ts';
import { sendLive } from './live-stream.ts';
import { found, Refusal } from './refusal.ts';
import { addRun } from './add-run.ts';
import { helloDesktop } from './seed-flows.ts';
import { baseRun } from './seed-runs.ts';
import type { StoredFlow, World } from './world.ts';

type FlowOperations =
  | 'listFlows'
  | 'createFlow'
  | 'checkScript'
  | 'formatScript'
  | 'listActions'
  | 'getFlow'
  | 'updateFlow'
  | 'getScript'
  | 'saveScript'
  | 'listVersions'
  | 'shareFlow'
  | 'deleteFlow'
  | 'runHelloDesktop';

const now = (): string => new Date().toISOString();

export function flowHandlers(world: World): Handlers<FlowOperations> {
  const storedOf = (id: string): StoredFlow =>
    found(
      world.flows.find((stored) => stored.flow.id === id),
      'desktop flow',
    );
  const tell = (id: string): void => sendLive({ type: 'changed', data: { what: 'desktop-flow', id } });
  const change = (stored: StoredFlow, fields: Partial<StoredFlow['flow']>) => {
    stored.flow = { ...stored.flow, ...fields, updatedAt: now() };
    tell(stored.flow.id);
    return stored.flow;
  };
  return {
    listFlows: () => ({ items: world.flows.map((stored) => stored.flow) }),
    createFlow: ({ body }) => {
      if (world.flows.some((stored) => stored.flow.name === body.name))
        throw new Refusal('flow-name-taken', { name: body.name });
      const made = helloDesktop();
      made.flow = {
        ...made.flow,
        id: `flow-${world.nextNumber++}`,
        name: body.name,
        description: body.description ?? '',
        problems: check(body.script).length,
      };
      made.scripts = [{ version: 1, savedAt: now(), savedBy: world.me.name, script: body.script }];
      world.flows = [made, ...world.flows];
      tell(made.flow.id);
      return made.flow;
    },
    checkScript: ({ body }) => ({ diagnostics: check(body.script), inputs: [], outputs: [] }),
    formatScript: ({ body }) => ({ script: `${body.script.replace(/[ \t]+$/gm, '').trimEnd()}\n` }),
    listActions: () => ({
      items: [
        'File.ReadTextFromFile',
        'File.WriteText',
        'Folder.GetFiles',
        'Logging.LogMessage',
        'Variables.IncreaseVariable',
      ].map((id) => ({
        id,
        title: id,
        summary: '',
        linux: 'native',
        selectors: [],
      })),
    }),
    getFlow: ({ params }) => storedOf(params.id).flow,
    updateFlow: ({ params, body }) => change(storedOf(params.id), body),
    getScript: ({ params, query }) => {
      const { scripts } = storedOf(params.id);
      const wanted =
        query.version === undefined ? scripts[0] : scripts.find((item) => item.version === Number(query.version));
      const { script, version } = found(wanted, 'version');
      return { script, version };
    },
    saveScript: ({ params, body }) => {
      const stored = storedOf(params.id);
      // A script that says so plays the part of somebody else's save in between.
      if (body.baseVersion !== stored.flow.version || body.script.includes('changed-meanwhile'))
        throw new Refusal('flow-changed-meanwhile', { version: stored.flow.version });
      const version = stored.flow.version + 1;
      stored.scripts = [{ version, savedAt: now(), savedBy: world.me.name, script: body.script }, ...stored.scripts];
      return change(stored, {
        version,
        problems: check(body.script).filter((item) => item.severity === 'error').length,
      });
    },
    listVersions: ({ params }) => ({
      items: storedOf(params.id).scripts.map(({ version, savedAt, savedBy, script }) => ({
        version,
        savedAt,
        savedBy,
        bytes: script.length,
      })),
    }),
    shareFlow: ({ params, body }) => change(storedOf(params.id), body),
    deleteFlow: ({ params }) => {
      const stored = storedOf(params.id);
      if (world.runs.some((run) => run.flow.id === params.id && run.endedAt === null))
        throw new Refusal('flow-in-use', { name: stored.flow.name });
      world.flows = world.flows.filter((item) => item !== stored);
      tell(params.id);
      return {};
    },
    runHelloDesktop: () => {
      const hello = world.flows.find((stored) => stored.flow.id === 'flow-hello') ?? helloDesktop();
      if (!world.flows.includes(hello)) world.flows = [hello, ...world.flows];
      const run = addRun(world, baseRun(hello.flow, ++world.nextNumber, { requestedAt: now() }));
      return { runId: run.id, flowId: hello.flow.id };
    },
  };
}

/** Just enough to show what diagnostics look like; the real checker is the server's. */
function check(script: string): Diagnostic[] {
  return script.split('\n').flatMap((text, index): Diagnostic[] => {
    if (/^\s*SET\s+\w+\s+TO\s*$/i.test(text))
      return [
        {
          severity: 'error',
          code: 'expected-expression',
          message: 'A value is missing after TO.',
          line: index + 1,
          column: text.length + 1,
        },
      ];
    if (/^\s*Excel\./.test(text))
      return [
        {
          severity: 'error',
          code: 'needs-windows',
          message: 'Excel.LaunchExcel needs Windows. Use a CSV file instead.',
          line: index + 1,
          column: 1,
        },
      ];
    if (/^\s*WAIT\s+\d/i.test(text))
      return [
        { severity: 'warning', code: 'fixed-wait', message: 'Waits for a fixed time.', line: index + 1, column: 1 },
      ];
    return [];
  });
}
