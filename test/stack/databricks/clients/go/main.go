// What databricks-sdk-go makes of databricks-local, as one line of JSON.
// Arguments: host, token, client secret, cluster. The notebooks are there: good (exit "42"), bad (fails, succeeds the
// second time), long.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/service/iam"
	"github.com/databricks/databricks-sdk-go/service/jobs"
	"github.com/databricks/databricks-sdk-go/service/workspace"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func main() {
	host, token, secret, cluster := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	ctx := context.Background()
	w := must(databricks.NewWorkspaceClient(&databricks.Config{Host: host, Token: token}))
	found := map[string]any{}
	submit := func(name, idempotency string) jobs.SubmitRun {
		return jobs.SubmitRun{RunName: name, IdempotencyToken: idempotency, Tasks: []jobs.SubmitTask{{
			TaskKey: "main", ExistingClusterId: cluster, NotebookTask: &jobs.NotebookTask{NotebookPath: "/Shared/" + name},
		}}}
	}

	run := must(must(w.Jobs.Submit(ctx, submit("good", "go"))).Get())
	found["submit"] = []any{run.State.ResultState, run.Status.TerminationDetails.Code}
	found["again"] = must(w.Jobs.Submit(ctx, submit("good", "go"))).Response.RunId == run.RunId
	found["output"] = must(w.Jobs.GetRunOutputByRunId(ctx, run.Tasks[0].RunId)).NotebookOutput.Result

	waiter := must(w.Jobs.Submit(ctx, submit("bad", "")))
	_, err := waiter.Get()
	found["failed"] = err.Error()
	mended := must(must(w.Jobs.RepairRun(ctx, jobs.RepairRun{RunId: waiter.RunId, RerunAllFailedTasks: true})).Get())
	found["repair"] = mended.State.ResultState

	long := must(w.Jobs.Submit(ctx, submit("long", "")))
	must(must(w.Jobs.CancelRun(ctx, jobs.CancelRun{RunId: long.RunId})).Get())
	found["cancel"] = must(w.Jobs.GetRun(ctx, jobs.GetRunRequest{RunId: long.RunId})).State.ResultState
	found["runs"] = len(must(w.Jobs.ListRunsAll(ctx, jobs.ListRunsRequest{}))) >= 3

	content := base64.StdEncoding.EncodeToString([]byte("print(1)\n"))
	imported := workspace.Import{Path: "/Shared/go", Content: content, Language: workspace.LanguagePython, Format: workspace.ImportFormatSource}
	if err := w.Workspace.Import(ctx, imported); err != nil {
		panic(err)
	}
	err = w.Workspace.Import(ctx, imported)
	found["import"] = err.Error()
	found["uploaded"] = w.Workspace.Upload(ctx, "/Shared/go-upload.py", strings.NewReader("# Databricks notebook source\nprint(1)\n"), workspace.UploadFormat(workspace.ImportFormatAuto)) == nil
	found["status"] = must(w.Workspace.GetStatusByPath(ctx, "/Shared/go-upload")).ObjectType

	_, err = w.Jobs.GetRun(ctx, jobs.GetRunRequest{RunId: 5})
	found["refused"] = []any{errors.Is(err, apierr.ErrResourceDoesNotExist), err.Error()}
	found["state"] = must(w.Clusters.GetByClusterId(ctx, cluster)).State
	principal := must(databricks.NewWorkspaceClient(&databricks.Config{Host: host, ClientID: "databricks-local", ClientSecret: secret}))
	found["principal"] = must(principal.CurrentUser.Me(ctx, iam.MeRequest{})).UserName
	_ = json.NewEncoder(os.Stdout).Encode(found)
}
