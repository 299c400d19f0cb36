import type { Run } from '@deskhand/protocol/http/runs.ts';

/** A picture that says it is none. */
export async function drawScreenshot(run: Run): Promise<ArrayBuffer> {
  const canvas = document.createElement('canvas');
  canvas.width = 1280;
  canvas.height = 800;
  const pen = canvas.getContext('2d');
  if (pen) {
    pen.fillStyle = '#2a4d57';
    pen.fillRect(0, 0, 1280, 800);
    pen.fillStyle = '#f4f4f4';
    pen.fillRect(240, 160, 800, 440);
    pen.fillStyle = '#dcdcdc';
    pen.fillRect(240, 160, 800, 44);
    pen.fillStyle = '#222';
    pen.font = '24px sans-serif';
    pen.fillText(`${run.flow.name} (simulated screenshot)`, 264, 190);
    pen.font = '28px monospace';
    pen.fillText(run.error?.message.slice(0, 46) ?? 'Done.', 264, 300);
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  return blob ? await blob.arrayBuffer() : new ArrayBuffer(0);
}
