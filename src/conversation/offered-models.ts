// The models that this server offers: others can't be asked for replies.
import { AppError } from '../errors.ts';

/** @throws AppError INVALID_INPUT if the server does not offer the model */
export function checkModelOnOffer(models: readonly string[], model: string): string {
  if (models.includes(model)) return model;
  throw new AppError(
    'INVALID_INPUT',
    `model ${JSON.stringify(model.slice(0, 200))} is not on offer: choose one of ${models.join(', ')}.`,
  );
}
