import { errorTable } from '../declare/errors.ts';

export const fileErrors = errorTable({
  FileNotFoundError: 'File not found',
  FilePathDoesNotExistError: "File path doesn't exist",
  SourceFolderDoesNotExistError: "Source folder doesn't exist",
  DestinationFolderDoesNotExistError: "Destination folder doesn't exist",
  DirectoryNotFoundError: 'Directory not found',
  CannotCopyFileError: "Can't copy file",
  CannotMoveFileError: "Can't move file",
  CannotDeleteFileError: "Can't delete file",
  CannotRenameFileError: "Can't rename file",
  FailedToReadFileError: 'Failed to read file',
  FailedToWriteTextToFileError: 'Failed to write text to file',
  InvalidDirectoryOfFileError: 'Invalid directory of file',
  FailedToReadFromCSVError: 'Failed to read from CSV',
  FailedToWriteError: 'Failed to write',
  FailedToCreateTemporaryFileError: 'Failed to create temporary file',
  FailedToConvertFileError: 'Failed to convert file',
});
