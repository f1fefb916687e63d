"""The style sheet: shapes and states that the palette cannot tell."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from disco_desktop.gui.theme.tokens import RADIUS, SIDEBAR_WIDTH
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from disco_desktop.gui.theme.tokens import Tokens

_SHEET = Template("""
QToolTip { border: none; padding: 4px 8px; background: $text; color: $surface; }

QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: ${radius}px; }
QFrame[role="card"][hovered="true"] { border-color: $accent; }
QFrame[role="card"]:focus { border: 2px solid $accent; }
QFrame[role="sunken"] { background: $sunken; border: none; border-radius: ${radius}px; }
QFrame[role="notice"] { border: none; border-radius: ${radius}px; background: $accent_soft; }
QFrame[role="notice"][tone="success"] { background: $success_soft; }
QFrame[role="notice"][tone="warning"] { background: $warning_soft; }
QFrame[role="notice"][tone="danger"] { background: $danger_soft; }
QFrame[role="toast"] {
    background: $surface; border: 1px solid $strong_border; border-radius: ${radius}px;
}
QFrame[role="line"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="sidebar"] {
    background: $surface; border: none; border-right: 1px solid $border;
    min-width: ${sidebar}px; max-width: ${sidebar}px;
}
QFrame[role="bar"] { background: $surface; border: none; border-bottom: 1px solid $border; }
QFrame[role="footer"] { background: $surface; border: none; border-top: 1px solid $border; }

QLabel[role="muted"] { color: $muted; }
QLabel[role="value"] { color: $text; }
QLabel[tone="success"] { color: $success; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="accent"] { color: $accent; }
QLabel[role="code"] { border: 2px solid transparent; border-radius: 6px; padding: 4px; }
QLabel[role="code"]:focus { border-color: $accent; }
QLabel[role="badge"] {
    background: $sunken; color: $muted; border-radius: 9px; padding: 2px 9px; min-height: 14px;
}
QLabel[role="badge"][tone="accent"] { background: $accent_soft; color: $accent; }
QLabel[role="badge"][tone="success"] { background: $success_soft; color: $success; }
QLabel[role="badge"][tone="warning"] { background: $warning_soft; color: $warning; }
QLabel[role="badge"][tone="danger"] { background: $danger_soft; color: $danger; }

QPushButton {
    background: $surface; color: $text; border: 1px solid $strong_border;
    border-radius: 6px; padding: 6px 14px; min-height: 20px;
}
QPushButton:hover { background: $sunken; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton:disabled { color: $muted; border-color: $border; background: $ground; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; }
QPushButton[role="primary"]:disabled {
    background: $sunken; color: $muted; border-color: $border;
}
QPushButton[role="danger"] { color: $danger; border-color: $danger; }
QPushButton[role="danger"]:hover { background: $danger_soft; }
QPushButton[role="quiet"] { border-color: transparent; background: transparent; }
QPushButton[role="quiet"]:hover { background: $sunken; }
QPushButton[role="quiet"]:focus { border: 2px solid $accent; }
QPushButton[role="navigation"] {
    border: 2px solid transparent; background: transparent; text-align: left;
    padding: 7px 10px; border-radius: 6px; color: $muted;
}
QPushButton[role="navigation"]:hover { background: $sunken; color: $text; }
QPushButton[role="navigation"]:checked { background: $accent_soft; color: $accent; }
QPushButton[role="navigation"]:focus { border-color: $accent; }

QToolButton { border: 2px solid transparent; border-radius: 6px; padding: 4px; background: none; }
QToolButton:hover { background: $sunken; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit {
    background: $surface; color: $text; border: 1px solid $strong_border; border-radius: 6px;
    padding: 5px 8px; min-height: 20px; selection-background-color: $accent;
    selection-color: $on_accent;
}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {
    border: 2px solid $accent; padding: 4px 7px;
}
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: $muted; background: $ground; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    subcontrol-origin: border; width: 24px; border: none; background: none;
}
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-position: top right; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-position: bottom right; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url($icons/chevron-up.svg); width: 12px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow, QComboBox::down-arrow {
    image: url($icons/chevron-down.svg); width: 12px;
}
QComboBox::drop-down { border: none; width: 26px; }
QLineEdit[invalid="true"] { border-color: $danger; }

QRadioButton { spacing: 8px; }
QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid $muted; border-radius: 8px; background: $surface;
}
QRadioButton::indicator:hover { border-color: $accent; }
QRadioButton::indicator:checked {
    width: 6px; height: 6px; border: 5px solid $accent; background: $surface;
}
QRadioButton::indicator:focus { border-color: $accent; }
QRadioButton::indicator:disabled { border-color: $border; }
QRadioButton::indicator:checked:disabled { border-color: $strong_border; }
QRadioButton:focus { color: $accent; }

QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal {
    width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: $surface;
    border: 1px solid $accent;
}
QSlider::handle:horizontal:hover { background: $accent_soft; }
QSlider::handle:horizontal:focus { border: 2px solid $accent; background: $accent_soft; }

QTableView, QListView, QTreeView {
    background: $surface; border: 1px solid $border; border-radius: ${radius}px;
    gridline-color: $border; alternate-background-color: $ground;
    selection-background-color: $accent_soft; selection-color: $text; outline: none;
}
QTableView:focus, QListView:focus { border: 2px solid $accent; }
QTableView[role="plain"] { border: 2px solid transparent; border-radius: 0; }
QTableView[role="plain"]:focus { border: 2px solid $accent; }
QTableView::item { padding: 0 8px; }
QHeaderView { background: $surface; border: none; border-radius: ${radius}px; }
QHeaderView::section {
    background: $surface; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 7px 10px;
}
QTableCornerButton::section { background: $surface; border: none; }

QProgressBar {
    background: $sunken; border: none; border-radius: 3px; max-height: 6px; min-height: 6px;
    text-align: center; color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QProgressBar[role="hairline"] {
    max-height: 3px; min-height: 3px; background: transparent; margin: 0 6px 2px 6px;
}

QScrollArea { border: none; background: transparent; }
QScrollArea > QWidget > QWidget[role="page"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar::handle {
    background: $strong_border; border-radius: 4px; min-height: 28px; min-width: 28px;
}
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }

QMenu { background: $surface; border: 1px solid $border; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; color: $accent; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
""")


def style_sheet(tokens: Tokens) -> str:
    """Return the application's style sheet in a theme's colours."""
    return _SHEET.substitute(
        {name: value for name, value in vars(tokens).items() if isinstance(value, str)},
        icons=resource("icons").as_posix(),
        radius=RADIUS,
        sidebar=SIDEBAR_WIDTH,
    )
