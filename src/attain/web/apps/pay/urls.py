from django.urls import path

from . import printing, run_views, statement_views, totals_views

urlpatterns = [
    path("statements/", statement_views.statements, name="statements"),
    path("statements/<path:payee>/<str:period>/why/", statement_views.why, name="statement-why"),
    path("statements/<path:payee>/<str:period>/lines/", statement_views.lines, name="statement-lines"),
    path("statements/<path:payee>/<str:period>/file.xlsx", statement_views.workbook, name="statement-workbook"),
    path("statements/<path:payee>/<str:period>/file.pdf", printing.print_file, name="statement-print"),
    path("statements/<path:payee>/<str:period>/", statement_views.statement, name="statement"),
    path("totals/", totals_views.totals, name="totals"),
    path("runs/", run_views.runs, name="runs"),
    path("runs/start/", run_views.start, name="run-start"),
    path("runs/<str:run>/", run_views.run, name="run"),
    path("runs/<str:run>/control/", run_views.control, name="run-control"),
    path("runs/<str:run>/approve/", run_views.approve_run, name="run-approve"),
    path("runs/<str:run>/withdraw/", run_views.withdraw, name="run-withdraw"),
    path("runs/<str:run>/release/", run_views.release_run, name="run-release"),
    path("runs/<str:run>/close/", run_views.close, name="run-close"),
]
