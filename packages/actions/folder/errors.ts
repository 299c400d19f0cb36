import { errorTable } from '../declare/errors.ts';

export const folderErrors = errorTable({
  FolderDoesNotExistError: "Folder doesn't exist",
  DestinationFolderDoesNotExistError: "Destination folder doesn't exist",
  CannotCopyFolderError: "Can't copy folder",
  CannotCreateFolderError: "Can't create folder",
  NewFolderPathAndNameAreEmptyError: 'New folder path and name are empty',
  CannotDeleteFolderError: "Can't delete folder",
  CannotDeleteContentsOfFolderError: "Can't delete contents of folder",
  CannotRetrieveListOfFilesError: "Can't retrieve list of files",
  CannotRetrieveListOfSubfoldersError: "Can't retrieve list of subfolders",
  CannotMoveFolderError: "Can't move folder",
  CannotRenameFolderError: "Can't rename folder",
  SpecialFolderNotFoundError: 'Special folder not found',
});
