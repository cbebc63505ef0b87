"""The addresses of the automations app."""

from django.urls import path

from automations.hold_engine import views as hold_engine
from automations.views import code, convert, editor, exchange, history, meanwhile, replay, rules, trial, versions
from portal.ui.lists import list_paths

app_name = "automations"
urlpatterns = [
    path("", rules.rule_list, name="list"),
    path("new/<slug:trigger>/", editor.new, name="new"),
    path("draft/<slug:trigger>/", editor.draft, name="draft"),
    path("convert/<slug:trigger>/", convert.convert, name="convert"),
    path("test/<slug:trigger>/", trial.test, name="test"),
    path("record/<slug:trigger>/", trial.record, name="record"),
    path("code/words/<slug:trigger>/", code.words, name="code_words"),
    path("code/check/", code.check, name="code_check"),
    path("reorder/<slug:trigger>/", rules.reorder, name="reorder"),
    path("rules/<slug:public_id>/", editor.edit, name="edit"),
    path("rules/<slug:public_id>/meanwhile/", meanwhile.meanwhile, name="meanwhile"),
    path("rules/<slug:public_id>/toggle/", rules.toggle, name="toggle"),
    path("rules/<slug:public_id>/name/", rules.rename_here, name="rename_here"),
    path("rules/<slug:public_id>/duplicate/", rules.duplicate, name="duplicate"),
    path("rules/<slug:public_id>/delete/", rules.delete, name="delete"),
    path("rules/<slug:public_id>/versions/", versions.versions, name="versions"),
    path("rules/<slug:public_id>/compare/", versions.compare, name="compare"),
    path("rules/<slug:public_id>/restore/", versions.restore, name="restore"),
    path("lists/<slug:trigger>/versions/", versions.list_versions, name="list_versions"),
    path("hold-engine/", hold_engine.hold_engine, name="hold_engine"),
    path("hold-engine/migrate/", hold_engine.migrate, name="hold_engine_migrate"),
    path("export/", exchange.export, name="export"),
    path("import/", exchange.import_page, name="import"),
    *list_paths("history/", history.run_list, name="history"),
    path("history/replay/", replay.replay_many, name="replay_many"),
    path("history/<slug:public_id>/", history.run, name="run"),
    path("history/<slug:public_id>/document/", history.run_part, name="run_document"),
    path("history/<slug:public_id>/json/", history.run_json, name="run_json"),
    path("history/<slug:public_id>/record/", history.run_record, name="run_record"),
    path("history/<slug:public_id>/as-it-was/", replay.as_it_was, name="run_as_it_was"),
    path("history/<slug:public_id>/replay/", replay.replay_one, name="run_replay"),
]
