import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeMarks } from '../../../e2e/stack/marked-flow.ts';
import { check, type Subject, whenOver } from './stage.ts';

const script = `@INPUT Folder : { 'Description': '', 'FriendlyName': 'Folder', 'Type': 'String' }
@OUTPUT Text : { 'Description': '', 'FriendlyName': 'Text', 'Type': 'String' }
File.ReadTextFromFile.ReadText File: $'''%Folder%/order.txt''' Encoding: File.TextFileEncoding.UTF8 Content=> Text`;

/** A run fails because a file is missing; the file comes, and the run is submitted again. */
export const resubmit: Subject = async (stage) => {
  const { client, users } = stage;
  const { folder } = makeMarks(stage.scratch, 'resubmit');
  const flow = await client.createFlow({ body: { name: 'Read the order', script } });
  const { connectionId } = users[0];
  const submitted = await client.submitRun({
    body: { flowId: flow.id, connectionId, mode: 'unattended', inputs: { Folder: folder } },
  });
  const failed = await whenOver(stage, submitted.id);
  writeFileSync(join(folder, 'order.txt'), 'Order 7');
  const again = await client.resubmitRun({ params: { id: failed.id }, body: {} });
  const ended = await whenOver(stage, again.id);
  return [
    check(`a run fails: ${failed.error?.message ?? 'no error'}`, failed.state === 'failed'),
    check(
      `Resubmit: the same run again, ${ended.display.toLowerCase()}, read “${String(ended.outputs.Text ?? '')}”`,
      ended.state === 'succeeded' && ended.resubmitOf === failed.id && ended.outputs.Text === 'Order 7',
    ),
  ];
};
