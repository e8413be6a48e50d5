from django.db import migrations

from audits.append_only import install, remove_statements


def protect(apps, schema_editor):
    install(schema_editor.connection)


def unprotect(apps, schema_editor):
    for statement in remove_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audits", "0001_initial")]

    operations = [migrations.RunPython(protect, unprotect)]
