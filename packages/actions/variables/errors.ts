import { errorTable } from '../declare/errors.ts';

export const variableErrors = errorTable({
  ItemIndexIsOutOfRangeError: 'Item index is out of range',
  ItemNotFoundError: 'Item not found',
  InvalidInputArgumentsError: 'Invalid input arguments',
  IncompatibleTypeError: 'Incompatible type error',
  IncompatibleListTypesProvidedError: 'Incompatible list types provided',
  ColumnNameDoesNotExistError: "Column name doesn't exist",
  ColumnNameAlreadyExistsError: 'Column name already exists',
  ColumnIndexIsOutOfRangeError: 'Column index is out of range',
  ErrorParsingJSONError: 'Error parsing JSON',
  ErrorParsingCustomObjectError: 'Error parsing custom object',
  FailedToGenerateRandomNumberError: 'Failed to generate random number',
  FailedToReadFromCSVError: 'Failed to read from CSV',
});
