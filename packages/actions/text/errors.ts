import { errorTable } from '../declare/errors.ts';
import { invalidPattern, regexTimeout } from '../regex/dotnet-regex.ts';

export const textErrors = errorTable({
  StartIndexOrLengthIsOutOfRangeError: 'Start index or length is out of range',
  CannotConvertTheProvidedTextValueIntoAValidNumberError: "Can't convert the provided text value into a valid number",
  CannotConvertTheProvidedTextValueIntoAValidDatetimeError:
    "Can't convert the provided text value into a valid datetime",
  InvalidFormatError: 'Invalid format',
  InvalidLengthError: 'Invalid length',
  EntityKindNotAvailableError: 'Entity kind not available',
});

export const regexErrors = [invalidPattern, regexTimeout];
