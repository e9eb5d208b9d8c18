// Everything that this package knows about Afterword: its names on disk, in the database and in error messages.

/** Name of the database that is created, and of the superuser who owns it. */
export const databaseName = 'afterword';
export const superuserName = 'afterword';

/** Name of the settings file in the cluster; postgresql.conf includes it. */
export const settingsFile = 'afterword.conf';

/** Root keeps here what the user of Postgres could not reach elsewhere: data and copies of the binaries. */
export const systemFolder = '/var/lib/afterword';

/** Prefix of the folders for sockets in the folder for temporary files. */
export const socketFolderPrefix = 'afterword-';

// Advice at the end of error messages. Afterword reads these variables; this package reads no environment.
export const useOtherFolder = 'set DATA_DIR to another folder';
export const useShorterPath = 'set DATA_DIR to a shorter path';
export const useOwnServer = 'set DATABASE_URL to a PostgreSQL server of your own (15 to 18)';
export const connectToIt = 'set DATABASE_URL to it';
