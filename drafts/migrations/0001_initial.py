import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("constructors", "0001_initial"),
        ("leagues", "0001_initial"),
        ("races", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClockHeartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("beat_at", models.DateTimeField(verbose_name="checked at")),
            ],
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("upcoming", "Upcoming"),
                            ("open", "Open"),
                            ("paused", "Paused"),
                            ("complete", "Complete"),
                            ("locked", "Locked"),
                            ("scored", "Scored"),
                            ("void", "Void"),
                        ],
                        default="upcoming",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("opens_at", models.DateTimeField(verbose_name="opens at")),
                ("locks_at", models.DateTimeField(verbose_name="locks at")),
                (
                    "lock_is_provisional",
                    models.BooleanField(
                        default=False,
                        help_text="The session times are not published yet.",
                        verbose_name="lock is provisional",
                    ),
                ),
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="opened at")),
                ("locked_at", models.DateTimeField(blank=True, null=True, verbose_name="locked at")),
                ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="voided at")),
                ("void_reason", models.CharField(blank=True, max_length=200, verbose_name="void reason")),
                (
                    "order_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("random", "Random draw"),
                            ("rotation", "Rotation: last becomes first"),
                            ("reverse_standings", "Reverse standings"),
                            ("manual", "Set by the manager"),
                            ("carried_over", "Carried over from the void draft"),
                        ],
                        max_length=17,
                        verbose_name="order",
                    ),
                ),
                (
                    "order_seed",
                    models.CharField(
                        help_text="Secret until the draft opens.", max_length=64, verbose_name="order seed"
                    ),
                ),
                (
                    "planned_order",
                    models.JSONField(
                        blank=True,
                        help_text="Constructor ids in the order that the manager set.",
                        null=True,
                        verbose_name="order set by the manager",
                    ),
                ),
                (
                    "ranking",
                    models.JSONField(
                        default=list,
                        help_text="The league's default ranking when the draft opened, as pairs of driver id and points.",
                        verbose_name="default ranking",
                    ),
                ),
                (
                    "turn_began_at",
                    models.DateTimeField(
                        blank=True, help_text="When the current turn began.", null=True, verbose_name="turn began at"
                    ),
                ),
                (
                    "turn_ends_at",
                    models.DateTimeField(
                        blank=True, help_text="When the current turn ends.", null=True, verbose_name="turn ends at"
                    ),
                ),
                ("paused_at", models.DateTimeField(blank=True, null=True, verbose_name="paused at")),
                (
                    "last_seq",
                    models.PositiveIntegerField(
                        default=0, help_text="Number of the latest event.", verbose_name="last event"
                    ),
                ),
                (
                    "league",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="leagues.league",
                        verbose_name="league",
                    ),
                ),
                (
                    "race",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="races.race",
                        verbose_name="race",
                    ),
                ),
                (
                    "settings",
                    models.ForeignKey(
                        blank=True,
                        help_text="The version of the league settings that the draft uses. Set when it opens.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="leagues.settingsversion",
                        verbose_name="league settings",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft",
                "verbose_name_plural": "drafts",
                "ordering": ["-race__race_date"],
            },
        ),
        migrations.CreateModel(
            name="DraftEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField(verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "Opened"),
                            ("order_set", "Order set by the manager"),
                            ("slots_added", "New constructor added"),
                            ("slots_released", "Constructor left"),
                            ("picked", "Picked"),
                            ("pick_changed", "Pick changed"),
                            ("driver_out", "Picked driver is out"),
                            ("swapped", "Driver substituted"),
                            ("passed", "Time ran out"),
                            ("undone", "Picks undone by the manager"),
                            ("paused", "Paused by the manager"),
                            ("resumed", "Resumed by the manager"),
                            ("extended", "Clock extended by the manager"),
                            ("grace", "Clock extended after downtime"),
                            ("completed", "All picks made"),
                            ("lock_moved", "Lock moved"),
                            ("locked", "Locked"),
                            ("scored", "Scored"),
                            ("voided", "Void"),
                        ],
                        max_length=14,
                        verbose_name="type",
                    ),
                ),
                ("payload", models.JSONField(default=dict, verbose_name="payload")),
                ("happened_at", models.DateTimeField(verbose_name="happened at")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="done by",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="drafts.draft",
                        verbose_name="draft",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft event",
                "verbose_name_plural": "draft events",
                "ordering": ["draft", "seq"],
            },
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("round", models.PositiveSmallIntegerField(verbose_name="round")),
                (
                    "passed_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the time ran out without a pick, in a league without autopicks.",
                        null=True,
                        verbose_name="passed at",
                    ),
                ),
                (
                    "constructor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slots",
                        to="constructors.constructor",
                        verbose_name="constructor",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="drafts.draft",
                        verbose_name="draft",
                    ),
                ),
            ],
            options={
                "verbose_name": "slot",
                "verbose_name_plural": "slots",
                "ordering": ["draft", "number"],
            },
        ),
        migrations.CreateModel(
            name="Pick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("player", "Picked"),
                            ("bot", "Picked by a bot"),
                            ("wish", "From the wish list"),
                            ("autopick", "Autopick"),
                            ("manager", "Picked by the manager"),
                        ],
                        default="player",
                        max_length=8,
                        verbose_name="source",
                    ),
                ),
                ("picked_at", models.DateTimeField(verbose_name="picked at")),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="picks",
                        to="drafts.draft",
                        verbose_name="draft",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="picks",
                        to="races.entry",
                        verbose_name="entry",
                    ),
                ),
                (
                    "picked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="picked by",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="picks",
                        to="drafts.slot",
                        verbose_name="slot",
                    ),
                ),
            ],
            options={
                "verbose_name": "pick",
                "verbose_name_plural": "picks",
                "ordering": ["draft", "slot__number"],
            },
        ),
        migrations.CreateModel(
            name="SpectatorLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=43, unique=True, verbose_name="token")),
                ("renewed_at", models.DateTimeField(verbose_name="renewed at")),
                (
                    "league",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spectator_link",
                        to="leagues.league",
                        verbose_name="league",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WishListItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "place",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Rank on the wish list. Empty for drivers on the do-not-draft list.",
                        null=True,
                        verbose_name="place",
                    ),
                ),
                (
                    "not_with_first_team",
                    models.BooleanField(
                        default=False,
                        help_text="Skip this driver if their team is the team of my first pick.",
                        verbose_name="not with my first pick's team",
                    ),
                ),
                (
                    "constructor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishes",
                        to="constructors.constructor",
                        verbose_name="constructor",
                    ),
                ),
                (
                    "driver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="races.driver",
                        verbose_name="driver",
                    ),
                ),
            ],
            options={
                "verbose_name": "wish list item",
                "verbose_name_plural": "wish list items",
                "ordering": ["constructor", "place"],
            },
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(condition=models.Q(("state", "upcoming")), fields=["opens_at"], name="drafts_to_open"),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("state__in", ["upcoming", "open", "paused", "complete"])),
                fields=["locks_at"],
                name="drafts_to_lock",
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(fields=["race", "state"], name="drafts_of_a_race"),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(condition=models.Q(("state", "open")), fields=["turn_ends_at"], name="turns_to_end"),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "void"), _negated=True),
                fields=("league", "race"),
                name="one_draft_per_league_and_race",
            ),
        ),
        migrations.AddConstraint(
            model_name="draftevent",
            constraint=models.UniqueConstraint(fields=("draft", "seq"), name="one_event_per_number"),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.UniqueConstraint(fields=("draft", "number"), name="one_slot_per_number"),
        ),
        migrations.AddConstraint(
            model_name="pick",
            constraint=models.UniqueConstraint(fields=("draft", "entry"), name="one_driver_per_draft"),
        ),
        migrations.AddConstraint(
            model_name="pick",
            constraint=models.UniqueConstraint(fields=("slot",), name="one_pick_per_slot"),
        ),
        migrations.AddConstraint(
            model_name="wishlistitem",
            constraint=models.UniqueConstraint(fields=("constructor", "driver"), name="one_wish_per_driver"),
        ),
    ]
