from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0026_orders_by_hand")]

    operations = [
        migrations.AddIndex(
            model_name="shippingrequest",
            index=models.Index(
                fields=["fulfillment_source"],
                name="shipping_request_to_send",
                condition=models.Q(status="readyForFulfillment", deleted_at=None),
            ),
        ),
    ]
