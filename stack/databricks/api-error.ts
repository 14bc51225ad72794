/** An answer of the REST API that is not what was asked for: `{"error_code": "…", "message": "…"}` with an HTTP status. */
export class ApiError extends Error {
  readonly status: number;
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.errorCode = errorCode;
  }
}

/** 400 INVALID_PARAMETER_VALUE: what Databricks answers to most mistakes, ids that do not exist in the Jobs API included. */
export function invalidParameter(message: string): ApiError {
  return new ApiError(400, 'INVALID_PARAMETER_VALUE', message);
}

/** 404 RESOURCE_DOES_NOT_EXIST: paths and secrets. */
export function doesNotExist(message: string): ApiError {
  return new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', message);
}

/** 400 RESOURCE_ALREADY_EXISTS. */
export function alreadyExists(message: string): ApiError {
  return new ApiError(400, 'RESOURCE_ALREADY_EXISTS', message);
}
