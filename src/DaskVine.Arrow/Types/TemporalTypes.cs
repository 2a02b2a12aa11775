namespace DaskVine.Arrow;

/// <summary>What a date counts.</summary>
public enum DateUnit
{
    /// <summary>Days, in 32 bits.</summary>
    Day,

    /// <summary>Milliseconds, in 64 bits.</summary>
    Millisecond,
}

/// <summary>What a time counts.</summary>
public enum TimeUnit
{
    /// <summary>Seconds.</summary>
    Second,

    /// <summary>Thousandths of a second.</summary>
    Millisecond,

    /// <summary>Millionths of a second.</summary>
    Microsecond,

    /// <summary>Billionths of a second.</summary>
    Nanosecond,
}

/// <summary>What a calendar interval counts.</summary>
public enum IntervalUnit
{
    /// <summary>Whole months, as an <see cref="int"/>.</summary>
    YearMonth,

    /// <summary>A <see cref="DayTimeInterval"/>.</summary>
    DayTime,

    /// <summary>A <see cref="MonthDayNanoInterval"/>.</summary>
    MonthDayNano,
}

/// <summary>Days since 1970 as <see cref="int"/>, or milliseconds as <see cref="long"/>.</summary>
public sealed record DateType(DateUnit Unit) : ArrowType;

/// <summary>Time of day: <see cref="int"/> for seconds and milliseconds, <see cref="long"/> for finer units.</summary>
public sealed record TimeType(TimeUnit Unit) : ArrowType
{
    /// <summary>Bits of one value.</summary>
    public int BitWidth => Unit is TimeUnit.Second or TimeUnit.Millisecond ? 32 : 64;
}

/// <summary>Time since 1970 in UTC as <see cref="long"/>; without a zone, time on an unnamed wall clock.</summary>
public sealed record TimestampType(TimeUnit Unit, string? TimeZone = null) : ArrowType;

/// <summary>A length of time as <see cref="long"/>.</summary>
public sealed record DurationType(TimeUnit Unit) : ArrowType;

/// <summary>A length of time on the calendar.</summary>
public sealed record IntervalType(IntervalUnit Unit) : ArrowType;

/// <summary>Days and milliseconds.</summary>
public readonly record struct DayTimeInterval(int Days, int Milliseconds);

/// <summary>Months, days and nanoseconds.</summary>
public readonly record struct MonthDayNanoInterval(int Months, int Days, long Nanoseconds);
