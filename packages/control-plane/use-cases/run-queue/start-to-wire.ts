import { helpTexts, isAtRisk, whatHelps } from '@deskhand/domain/prediction/deadline-risk.ts';
import { isPredicted, type Prediction } from '@deskhand/domain/prediction/predict-starts.ts';
import type { PredictedStart } from '@deskhand/protocol/http/runs.ts';

/** A predicted start as the API shows it; null where nothing can be predicted. */
export function startToWire(
  prediction: Prediction | undefined,
  run: { readonly position: number; readonly startDeadlineAt: Date },
): PredictedStart | null {
  if (prediction === undefined || !isPredicted(prediction)) return null;
  const atRisk = isAtRisk(prediction, run.startDeadlineAt.getTime());
  return {
    earliestAt: new Date(prediction.earliestMs).toISOString(),
    medianAt: new Date(prediction.medianMs).toISOString(),
    latestAt: new Date(prediction.latestMs).toISOString(),
    isGuess: prediction.isGuess,
    atRisk,
    whatHelps: atRisk ? whatHelps(run).map((help) => helpTexts[help]) : [],
  };
}
